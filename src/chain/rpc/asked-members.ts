import { everyAnswer } from './every-answer.js';
import { type Candidate } from './first-answer.js';
import { failureOf } from './read-failure.js';
import { type Rpc } from './rpc-endpoint.js';
import { RpcError } from './rpc-error.js';
import { type PoolMember } from './rpc-pool-member.js';
import { UnprovenAnswerError } from './unproven-answer.js';
import { runningMs } from '../../process/running-time.js';

/** What became of asking one endpoint. */
export type Told<T> = {
  endpoint: string;
  /** Its head is old, and far behind another's. */
  isBehind?: boolean;
} & (
  | { answer: T }
  | {
      failure: RpcError;
      /** It was not asked. */
      isAside?: boolean;
      /** For how long nothing but trouble has come of it, whatever it was asked. */
      silentMs?: number;
    }
);

/** One of which nothing but trouble came for so long is not waited for: it need not come back. */
const GONE_MS = 5 * 60_000;

export function isGone(endpoint?: { silentMs?: number }): boolean {
  return (endpoint?.silentMs ?? 0) >= GONE_MS;
}

/** An endpoint as one of several that are asked one after the other. */
export function candidate<T>(member: PoolMember, read: (rpc: Rpc) => Promise<T>, what: string): Candidate<T> {
  return {
    patienceMs: member.patienceMs(what),
    overtaken: () => member.wasOvertaken(runningMs()),
    ask: async () => {
      try {
        return { answer: await member.read(read, what) };
      } catch (error) {
        const failure = heard(member, error, what);
        return failure === null ? { failure: error as Error, isFinal: true } : { failure };
      } finally {
        member.tell();
      }
    },
  };
}

/**
 * Asks several at once.
 * @param mostGraceMs how much longer than the first any of them may take, where that is less than usual
 * @returns what became of it at each, in their order
 */
export async function askEach<T>(
  members: readonly PoolMember[],
  read: (rpc: Rpc, endpoint: string) => Promise<T>,
  what: string,
  mostGraceMs = Infinity,
): Promise<Told<T>[]> {
  const answers = await everyAnswer(
    members.map((member) => ({
      ask: () => member.read((rpc) => read(rpc, member.endpoint.label), what),
      graceMs: Math.min(mostGraceMs, member.graceMs(what)),
      leftBehind: () => member.wasLeftBehind(what),
    })),
  );
  const told = answers.map((answer, index): Told<T> => {
    const member = members[index] as PoolMember;
    const { label, silentMs } = member.endpoint;
    if (answer.status === 'fulfilled') return { endpoint: label, answer: answer.value };
    const failure = heard(member, answer.reason, what);
    if (failure === null) throw answer.reason;
    return { endpoint: label, failure, silentMs };
  });
  members.forEach((member) => member.tell());
  return told;
}

/** What is said of an endpoint that may not be asked now. */
export function notAsked({ endpoint: { label, silentMs } }: PoolMember, what: string): Told<never> {
  return { endpoint: label, failure: new RpcError(label, what, 'it is put aside'), isAside: true, silentMs };
}

/** An answer that cannot be right puts its endpoint aside. @returns null where the error is ours */
function heard({ standing }: PoolMember, error: unknown, what: string): RpcError | null {
  const failure = failureOf(error, what);
  if (failure instanceof UnprovenAnswerError) standing.gaveUnprovenAnswer(what, failure.reason, runningMs());
  return failure;
}
