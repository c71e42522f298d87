import { ValidationPipe } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { type FieldError, ValidationFailedError } from './problem.js';

/** Bodies and queries by their classes; what a class does not declare is refused, not ignored. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => new ValidationFailedError(errors.map(fieldError)),
  });
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
  if (constraints?.whitelistValidation !== undefined)
    return { field: property, message: 'is not known here; remove it' };
  return { field: property, message: message ?? 'is not valid' };
}
