import { ValidateBy } from 'class-validator';

/** Validates a setting by a function that says what is wrong with it; null: nothing is. */
export function CheckedBy(problem: (value: string) => string | null): PropertyDecorator {
  return ValidateBy({
    name: 'checkedBy',
    validator: {
      validate: (value: unknown) => problem(value as string) === null,
      defaultMessage: (args) => String(problem(args?.value as string)),
    },
  });
}
