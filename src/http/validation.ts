import { type ArgumentMetadata, ValidationPipe } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { type FieldError, ValidationFailedError } from './problem.js';

const UNKNOWN = 'is not known here; remove it';

/** Bodies and queries by their classes; what a class does not declare is refused, not ignored. */
export function validationPipe(): ValidationPipe {
  return new StrictPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => new ValidationFailedError(errors.map(fieldError)),
  });
}

/** class-validator looks keys up in plain objects, and takes what every object inherits, as `constructor`, for declared. */
class StrictPipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' || metadata.type === 'query') refuseInherited(value);
    return super.transform(value, metadata);
  }
}

/** @throws ValidationFailedError */
function refuseInherited(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const inherited = Object.keys(value).filter((key) => key in Object.prototype);
  if (inherited.length === 0) return;
  throw new ValidationFailedError(inherited.map((field) => ({ field, message: UNKNOWN })));
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

function fieldError({ property, constraints, children }: ValidationError): FieldError {
  const [message] = Object.values(constraints ?? {});
  const [child] = children ?? [];
  if (message === undefined && child) {
    const nested = fieldError(child);
    return { field: `${property}.${nested.field}`, message: nested.message };
  }
  if (constraints?.whitelistValidation !== undefined) return { field: property, message: UNKNOWN };
  return { field: property, message: message ?? 'is not valid' };
}
