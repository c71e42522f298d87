import { type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type FastifyInstance } from 'fastify';

/** A page is 60 kB: a phone that takes 1 kB a second has it by then. */
const TIME_TO_READ_MS = 120_000;

interface Answer {
  raw: ServerResponse;
  /** Of the request: an answer that waits behind another one has none of its own yet. */
  socket: Socket;
  /** ms since the epoch, when its reader took something last; once all of it was written, when that was. */
  since: number;
  unread: number;
}

/**
 * Ends connections whose readers leave an answer unread: Node waits for them without an end, and keeps the bytes. What was
 * written whole has to be taken in that time, however slowly; of what is still being written, something has to be.
 * Streams of events look after themselves (checkout/open-pages.ts).
 */
export function cutSlowReaders(fastify: FastifyInstance, timeToReadMs = TIME_TO_READ_MS): void {
  const answers = new Set<Answer>();
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    const answer = { raw: reply.raw, socket: request.raw.socket, since: Date.now(), unread: 0 };
    answers.add(answer);
    reply.raw.once('close', () => answers.delete(answer));
    done();
  });
  const timer = setInterval(() => {
    for (const answer of answers) if (isLeft(answer, timeToReadMs)) answer.socket.destroy();
  }, timeToReadMs / 8).unref();
  fastify.addHook('onClose', (_instance, done) => {
    clearInterval(timer);
    done();
  });
}

function isLeft(answer: Answer, timeToReadMs: number): boolean {
  const { raw, unread } = answer;
  const now = Date.now();
  answer.unread = raw.writableLength;
  // Nothing waits for its reader: it is us who have not come to the rest.
  const isOurs = !raw.writableEnded && raw.writableLength === 0;
  if (isOurs || (!raw.writableEnded && raw.writableLength !== unread)) answer.since = now;
  return now - answer.since > timeToReadMs;
}
