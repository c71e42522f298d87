import { type EventDescription } from '../events/event-catalogue.js';

const HEADERS = [
  [
    'webhook-id',
    'The event’s id, the same in every attempt: what is seen twice is one event',
    'evt_019aafd6-5c80-7a3e-8f10-3d5c2b9e4f01',
  ],
  ['webhook-timestamp', 'Of this attempt, seconds since 1970', '1795428180'],
  ['webhook-api-version', 'By whose rules the body may be read, as `api_version` in it: docs/api.md', 'v1'],
  [
    'webhook-signature',
    'As Standard Webhooks has it: `v1,…`, and `v1a,…` where the endpoint asks for it',
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ],
] as const;

/** `payment.confirmed` → `PaymentConfirmedEvent`. */
export function schemaNameOf(type: string): string {
  const words = type.split(/[._]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Event`;
}

/** The section `webhooks`, and the schemas it refers to, from the events' own. */
export function describeWebhooks(events: readonly EventDescription[]) {
  const schemas = Object.fromEntries(events.map(({ type, schema }) => [schemaNameOf(type), schema]));
  const webhooks = Object.fromEntries(
    events.map(({ type, description, example }) => [
      type,
      {
        post: {
          operationId: `on${schemaNameOf(type)}`,
          summary: type,
          description,
          tags: ['events'],
          security: [],
          parameters: HEADERS.map(([name, told, given]) => ({
            name,
            in: 'header' as const,
            required: true,
            description: told,
            schema: { type: 'string' },
            example: given,
          })),
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: { $ref: `#/components/schemas/${schemaNameOf(type)}` }, example },
            },
          },
          responses: {
            '2XX': { description: 'It was taken; any other answer, or none, and it is sent again' },
            '4XX': { description: 'It is sent again, as after any answer but 2xx' },
          },
        },
      },
    ]),
  );
  return { schemas, webhooks };
}

/** What the log of events carries: any of the webhooks' bodies, told apart by `type`. */
export function anyEvent(events: readonly EventDescription[]) {
  const refs = events.map(({ type }) => [type, `#/components/schemas/${schemaNameOf(type)}`] as const);
  return {
    description: 'The webhook as it is sent',
    oneOf: refs.map(([, $ref]) => ({ $ref })),
    discriminator: { propertyName: 'type', mapping: Object.fromEntries(refs) },
  };
}
