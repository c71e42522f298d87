import { expect, it } from '@jest/globals';
import { endAll, type Stops } from './runtime.js';

it('ends all that was started, last first, also where one of them does not end properly', async () => {
  const ended: string[] = [];
  const stops: Stops = [
    () => void ended.push('lock file'),
    () => Promise.reject(new Error('Postgres')),
    () => {
      throw new Error('chain');
    },
    () => void ended.push('last'),
  ];
  await expect(endAll(stops)).rejects.toThrow('chain');
  expect(ended).toEqual(['last', 'lock file']);
  expect(stops).toEqual([]);
});
