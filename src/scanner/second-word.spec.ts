import { expect, it } from '@jest/globals';
import { TooFewAnswersError } from '../chain/rpc/agreed-answers.js';
import { growingPauses, untilEnough } from './second-word.js';

const tooFew = new TooFewAnswersError('old headers', 'b.example: it is down');

function failing(...errors: Error[]) {
  return () => {
    const error = errors.shift();
    return error ? Promise.reject(error) : Promise.resolve('read');
  };
}

it('asks the same again while one endpoint alone answers', async () => {
  const told: string[] = [];
  const wait = ({ message }: Error) => Promise.resolve(void told.push(message));
  await expect(untilEnough(failing(tooFew, tooFew), wait)).resolves.toBe('read');
  expect(told).toEqual([tooFew.message, tooFew.message]);
});

it('throws at once what waiting does not mend, and everything where nobody waits', async () => {
  const other = new Error('the database is away');
  await expect(untilEnough(failing(other), () => Promise.resolve())).rejects.toBe(other);
  await expect(untilEnough(failing(tooFew))).rejects.toBe(tooFew);
});

it('ends a pause when told to stop', async () => {
  const stopping = new AbortController();
  const told: string[] = [];
  const pause = growingPauses((reason) => told.push(reason), stopping.signal)(tooFew);
  stopping.abort();
  await expect(pause).rejects.toThrow(/aborted/);
  expect(told).toEqual([tooFew.message]);
});
