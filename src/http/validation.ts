import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { validateSync } from 'class-validator';
import { fieldError, fieldsOf, isRequired, unknownField } from './field-errors.js';
import { ValidationFailedError } from './problem.js';

/** Bodies and queries by their classes; what a class does not declare is refused, not ignored. */
export function validationPipe(): ValidationPipe {
  return new StrictPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
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
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return;
  const inherited = Object.keys(value).filter((key) => key in Object.prototype);
  if (inherited.length === 0) return;
  throw new ValidationFailedError(inherited.map((field) => ({ field, message: unknownField(field, []) })));
}

/**
 * The same check for values that come by another way than HTTP.
 * @throws ValidationFailedError
 */
export function checked<T extends object>(dto: new () => T, values: T): T {
  const given = Object.assign(new dto(), values);
  const errors = validateSync(given);
  if (errors.length > 0) throw new ValidationFailedError(errors.map(fieldError));
  return given;
}
