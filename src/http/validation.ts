import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { nearest } from '../config/nearest.js';
import { type FieldError, ValidationFailedError } from './problem.js';

const UNKNOWN = 'is not known here';
/** Longer names than any field has are not compared: the cost grows with the length. */
const MAX_COMPARED = 64;

/** Bodies and queries by their classes; what a class does not declare is refused, not ignored. */
export function validationPipe(): ValidationPipe {
  return new StrictPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    stopAtFirstError: true,
    // What was asked of which class tells what is missing, and what was meant. Neither is shown to anybody.
    validationError: { target: true, value: true },
    exceptionFactory: (errors) => new ValidationFailedError(errors.map(fieldError)),
  });
}

/** class-validator looks keys up in plain objects, and takes what every object inherits, as `constructor`, for declared. */
class StrictPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body') requireObject(value, metadata.metatype);
    if (metadata.type === 'body' || metadata.type === 'query') refuseInherited(value);
    return super.transform(value, metadata);
  }
}

/** A body that no field can be looked for in. One that may be left out whole is taken for `{}`. @throws ValidationFailedError */
function requireObject(value: unknown, dto: ArgumentMetadata['metatype']): void {
  if (dto === undefined || fieldsOf(dto).length === 0) return;
  if (value === undefined) {
    const required = fieldsOf(dto).filter((field) => isRequired(dto, field));
    if (required.length === 0) return;
    throw new ValidationFailedError([
      { field: 'body', message: `is missing; send a JSON object with ${required.join(', ')}` },
    ]);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  const given = Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`;
  throw new ValidationFailedError([
    { field: 'body', message: `must be a JSON object, {"…": …}; it is ${given}` },
  ]);
}

/** @throws ValidationFailedError */
function refuseInherited(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const inherited = Object.keys(value).filter((key) => key in Object.prototype);
  if (inherited.length === 0) return;
  throw new ValidationFailedError(inherited.map((field) => ({ field, message: `${UNKNOWN}; remove it` })));
}

/**
 * The same check for values that come by another way than HTTP.
 * @throws ValidationFailedError
 */
export function checked<T extends object>(dto: new () => T, values: T): T {
  const given = Object.assign(new dto(), values);
  const errors = validateSync(given, { stopAtFirstError: true });
  if (errors.length > 0) throw new ValidationFailedError(errors.map(fieldError));
  return given;
}

function fieldError({ property, constraints, children, value, target }: ValidationError): FieldError {
  const [message] = Object.values(constraints ?? {});
  const [child] = children ?? [];
  if (message === undefined && child) {
    const nested = fieldError(child);
    return { field: `${property}.${nested.field}`, message: nested.message };
  }
  if (constraints?.whitelistValidation !== undefined)
    return { field: property, message: unknownField(property, target) };
  // What a rule says of nothing at all, as "must be longer than 1 character", helps nobody.
  if (value === undefined) return { field: property, message: 'is missing' };
  return { field: property, message: message ?? 'is not valid' };
}

function unknownField(property: string, target: object | undefined): string {
  const fields = target === undefined ? [] : fieldsOf(target.constructor);
  const meant = property.length > MAX_COMPARED ? undefined : likelyMeant(property, fields);
  return meant === undefined ? `${UNKNOWN}; remove it` : `${UNKNOWN}; did you mean ${meant}?`;
}

/** `token` is short for `token_id`, and `expiresInMinutes` another spelling of `expires_in_minutes`. */
function likelyMeant(property: string, fields: readonly string[]): string | undefined {
  const snake = property.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`).replace(/-/g, '_');
  const starting = fields.filter((field) => field.startsWith(`${snake}_`));
  return (
    fields.find((field) => field === snake) ?? (starting.length === 1 ? starting[0] : nearest(snake, fields))
  );
}

function fieldsOf(dto: NewableFunction | object): string[] {
  return [...new Set(rulesOf(dto).map(({ propertyName }) => propertyName))];
}

function isRequired(dto: NewableFunction | object, field: string): boolean {
  return !rulesOf(dto).some(({ propertyName, type }) => propertyName === field && type === OPTIONAL);
}

/** By class-validator's own name for `@IsOptional` and `@ValidateIf`. */
const OPTIONAL = 'conditionalValidation';

function rulesOf(dto: NewableFunction | object) {
  return getMetadataStorage().getTargetValidationMetadatas(dto as NewableFunction, '', false, false);
}
