import 'reflect-metadata';

export interface SettingOptions<T> {
  /** Name of the environment variable. */
  env: string;
  /** One line for the table of settings. */
  description: string;
  /** As it would be written in the environment; left out: unset. */
  default?: string;
  /** What the table shows where there is no plain default. */
  defaultNote?: string;
  /** May come from a file as `<env>_FILE`, and is never repeated in a message. */
  secret?: boolean;
  parse: (text: string) => T;
}

export interface SettingDescription extends SettingOptions<unknown> {
  property: string;
}

const SETTINGS_KEY = Symbol('quittance:settings');

/** Declares a property of `Settings` as read from the environment. */
export function Setting<T>(options: SettingOptions<T>): PropertyDecorator {
  return (target, property) => {
    const known = settingsOf(target.constructor);
    Reflect.defineMetadata(
      SETTINGS_KEY,
      [...known, { ...options, property: String(property) }],
      target.constructor,
    );
  };
}

/** Every declared setting, in the order of declaration. */
export function settingsOf(target: object): SettingDescription[] {
  return (Reflect.getMetadata(SETTINGS_KEY, target) as SettingDescription[] | undefined) ?? [];
}
