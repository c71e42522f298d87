import { expect, it } from '@jest/globals';
import { ProjectCopy } from '../harness/project-copy.js';

/** That what it makes passes format, lint, types and tests takes a minute to show: `test/long`. */
it('nest g event-handler refuses a type that has a handler, and says where', () => {
  const copy = new ProjectCopy();
  const { output } = copy.generate('event-handler', 'payment.confirmed');
  expect(output).toContain(
    'the event type payment.confirmed has a handler already: src/webhooks/handlers/payment-confirmed.handler.ts',
  );
  copy.remove();
});
