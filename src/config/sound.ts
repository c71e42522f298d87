import { ValidateBy } from 'class-validator';

/** class-validator's face of a function that says what is wrong with a value. */
export function Sound(problem: (value: string) => string | null): PropertyDecorator {
  return ValidateBy({
    name: 'sound',
    validator: {
      validate: (value: unknown) => problem(value as string) === null,
      defaultMessage: (args) => String(problem(args?.value as string)),
    },
  });
}
