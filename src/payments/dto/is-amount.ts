import { registerDecorator, type ValidationArguments } from 'class-validator';
import { parseAmount } from '../amount.js';

/** An amount in base units: a string of digits, or a JSON number that lost none. */
export function IsAmount(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isAmount',
      target: target.constructor,
      propertyName: propertyName as string,
      validator: {
        validate: (value: unknown) => typeof parseAmount(value) === 'bigint',
        defaultMessage: (args?: ValidationArguments) => String(parseAmount(args?.value)),
      },
    });
}
