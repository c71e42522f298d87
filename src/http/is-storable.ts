import { registerDecorator, type ValidationArguments } from 'class-validator';
import { whyNotMetadata, whyNotText } from './metadata.js';

/** A JSON object of at most 16 KB that jsonb can hold. */
export function IsMetadata(): PropertyDecorator {
  return refusedBy('isMetadata', whyNotMetadata);
}

/** Text that Postgres can hold. */
export function IsStorableText(): PropertyDecorator {
  return refusedBy('isStorableText', (value) => (typeof value === 'string' ? whyNotText(value) : null));
}

export function refusedBy(name: string, why: (value: unknown) => string | null): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: propertyName as string,
      validator: {
        validate: (value: unknown) => why(value) === null,
        defaultMessage: (args?: ValidationArguments) => `${args?.property}: ${why(args?.value)}`,
      },
    });
}
