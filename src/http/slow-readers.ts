import { type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type FastifyInstance } from 'fastify';

/** A page is 60 kB: a phone that takes 1 kB a second has it by then. */
const TIME_TO_READ_MS = 120_000;

/** Counted in place of time: where we were held up ourselves, no reader is to blame. */
const LOOKS = 8;

interface Answer {
  raw: ServerResponse;
  /** Of the request: an answer that waits behind another one has none of its own yet. */
  socket: Socket;
  /** Looks since its reader took something last; once all of it was written, since then. */
  looks: number;
  /** Bytes of the connection, with those that wait to be taken: more follow only where some were. */
  written: number;
}

/**
 * Ends connections whose readers leave an answer unread: Node waits for them without an end, and keeps the bytes. What was
 * written whole has to be taken in that time, however slowly; of what is still being written, something has to be.
 * Streams of events look after themselves (checkout/open-pages.ts).
 * @returns the answers that are watched now
 */
export function cutSlowReaders(
  fastify: FastifyInstance,
  timeToReadMs = TIME_TO_READ_MS,
): ReadonlySet<unknown> {
  const answers = new Set<Answer>();
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    // Whoever asked is gone: what has closed does not close again.
    if (reply.raw.destroyed) return done();
    const answer = { raw: reply.raw, socket: request.raw.socket, looks: 0, written: 0 };
    answers.add(answer);
    reply.raw.once('close', () => answers.delete(answer));
    done();
  });
  const timer = setInterval(() => {
    for (const answer of answers) {
      // One that waits behind another when their connection ends is never closed.
      if (!answer.socket.destroyed && !isLeft(answer)) continue;
      answers.delete(answer);
      answer.socket.destroy();
    }
  }, timeToReadMs / LOOKS).unref();
  fastify.addHook('onClose', (_instance, done) => {
    clearInterval(timer);
    done();
  });
  return answers;
}

function isLeft(answer: Answer): boolean {
  const { raw, socket, written } = answer;
  answer.written = socket.bytesWritten;
  // Where nothing waits for the reader, we have not written the rest yet.
  const isTaken = raw.writableLength === 0 || socket.bytesWritten !== written;
  answer.looks = !raw.writableEnded && isTaken ? 0 : answer.looks + 1;
  return answer.looks > LOOKS;
}
