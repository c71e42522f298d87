import { getMetadataStorage, type ValidationError } from 'class-validator';
import { nearest } from '../config/nearest.js';
import { type FieldError } from './problem.js';

/** Longer names than any field has are not compared: the cost grows with the length. */
const MAX_COMPARED = 64;

/** class-validator's names of the rules that ask what a value is: what the others say of another kind of value is odd. */
const KINDS = ['isString', 'isInt', 'isBoolean', 'isArray', 'isObject'];

/**
 * What other payment APIs call our fields, each with what it is here, the likelier first. Leaving one out, as a
 * `symbol`, would make another payment than was meant.
 */
const CALLED_ELSEWHERE: Record<string, readonly string[]> = {
  token_id: [
    'symbol',
    'asset',
    'coin',
    'ticker',
    'contract',
    'contract_address',
    'token_address',
    'currency',
  ],
  chain: ['network', 'blockchain', 'chain_id', 'chain_name'],
  amount: ['value', 'total', 'sum', 'quantity'],
  reference: ['order', 'order_id', 'ref', 'description', 'external_id', 'client_reference_id'],
  expires_in_minutes: ['expiry', 'expiration', 'expires_in', 'expires_at', 'ttl', 'lifetime'],
  success_url: ['redirect_url', 'return_url'],
  to: ['address', 'recipient', 'destination'],
  url: ['callback_url', 'endpoint', 'webhook_url'],
  event_types: ['events', 'enabled_events', 'types'],
  after: ['page', 'cursor', 'starting_after', 'offset'],
  limit: ['page_size', 'per_page', 'count'],
  created_after: ['from', 'since', 'created_gte', 'created[gte]', 'created[gt]'],
  created_before: ['until', 'created_lte', 'created[lte]', 'created[lt]'],
};

/** The first thing that is wrong with a field, in words that tell what to send. */
export function fieldError({ property, constraints, children, value, target }: ValidationError): FieldError {
  const [child] = children ?? [];
  if (constraints === undefined && child) {
    const nested = fieldError(child);
    return { field: `${property}.${nested.field}`, message: nested.message };
  }
  if (constraints?.whitelistValidation !== undefined) {
    const fields = target === undefined ? [] : fieldsOf(target.constructor);
    return { field: property, message: unknownField(property, fields) };
  }
  // What a rule says of nothing at all, as "must be longer than 1 character", helps nobody.
  if (value === undefined) return { field: property, message: 'is missing' };
  if (value === null) return { field: property, message: 'must not be null' };
  return {
    field: property,
    message: withoutName(property, firstOf(constraints ?? {})) + quotedHint(constraints, value),
  };
}

function firstOf(constraints: Record<string, string>): string {
  const kind = KINDS.find((rule) => rule in constraints);
  return (kind === undefined ? Object.values(constraints)[0] : constraints[kind]) ?? 'is not valid';
}

/** The field stands before the message already. */
function withoutName(property: string, message: string): string {
  const isNamed = message.startsWith(`${property}: `) || message.startsWith(`${property} must `);
  return isNamed ? message.slice(property.length).replace(/^:? /, '') : message;
}

function quotedHint(constraints: ValidationError['constraints'], value: unknown): string {
  const isQuoted = constraints?.isInt !== undefined && typeof value === 'string' && /^\d+$/.test(value);
  return isQuoted ? ', without quotation marks' : '';
}

/** @param fields those that there are; none: nothing is said of them */
export function unknownField(property: string, fields: readonly string[]): string {
  const meant = property.length > MAX_COMPARED ? undefined : likelyMeant(property, fields);
  if (meant !== undefined) return `is not known here; did you mean ${meant}?`;
  return fields.length === 0 ? 'is not known here' : `is not known here; there are: ${fields.join(', ')}`;
}

/** `token` is short for `token_id`, and `expiresInMinutes` another spelling of `expires_in_minutes`. */
function likelyMeant(property: string, fields: readonly string[]): string | undefined {
  const snake = property.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`).replace(/-/g, '_');
  if (fields.includes(snake)) return snake;
  // As in {"amount": "49.90", "currency": "EUR"}.
  if (snake === 'currency' && fields.includes('price'))
    return 'price, as {"amount": "49.90", "currency": "EUR"}';
  const starting = fields.filter((field) => field.startsWith(`${snake}_`));
  if (starting.length === 1) return starting[0];
  const renamed = fields.find((field) => CALLED_ELSEWHERE[field]?.includes(snake));
  return renamed ?? nearest(snake, fields);
}

export function fieldsOf(dto: NewableFunction | object): string[] {
  return [...new Set(rulesOf(dto).map(({ propertyName }) => propertyName))];
}

export function isRequired(dto: NewableFunction | object, field: string): boolean {
  return !rulesOf(dto).some(({ propertyName, type }) => propertyName === field && type === OPTIONAL);
}

/** By class-validator's own name for `@IsOptional` and `@ValidateIf`. */
const OPTIONAL = 'conditionalValidation';

function rulesOf(dto: NewableFunction | object) {
  return getMetadataStorage().getTargetValidationMetadatas(dto as NewableFunction, '', false, false);
}
