import { type Problem } from './configuration-error.js';
import { nearest } from './nearest.js';
import { settingsOf } from './setting.js';
import { Settings } from './settings.js';

type Environment = Readonly<Record<string, unknown>>;

/** Missed, they change nothing that matters, and platforms have many variables that are called nearly so. */
const HARMLESS = new Set(['PORT', 'HOST', 'LOG_LEVEL']);
/** A name so short is near to many others. */
const SHORT = 8;

/**
 * Names of the environment that were most likely meant to be settings of ours: where the setting itself is missing, to
 * go on would be to choose in silence. A setting that is there, were it empty, was decided on, and names of others are
 * left alone. Outside of production only NODE_ENV is looked for, which decides whether this is production.
 */
export function environmentProblems(environment: Environment, isProduction: boolean): Problem[] {
  const settings = settingsOf(Settings);
  const names = settings.flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env]));
  const isGiven = (name: string) =>
    environment[name] !== undefined || environment[`${name}_FILE`] !== undefined;
  const missing = names.filter(
    (name) => !HARMLESS.has(name) && !isGiven(name.replace(/_FILE$/, '')) && !isGiven(name),
  );
  const wanted = isProduction ? missing : missing.filter((name) => name === 'NODE_ENV');
  const notFromFiles = isProduction
    ? settings.filter(({ secret, env }) => !secret && !HARMLESS.has(env))
    : [];
  const asFiles = new Map(notFromFiles.map(({ env }) => [`${env}_FILE`, env]));
  return Object.keys(environment).flatMap((name): Problem[] => {
    if (names.includes(name)) return [];
    const plain = asFiles.get(name);
    if (plain !== undefined)
      return [{ name, what: `is no setting: ${plain} is no secret, and is set itself; set ${plain}` }];
    const meant = meantBy(name, wanted);
    if (meant === undefined) return [];
    const way = `set ${meant}; to go without it on purpose, set it to nothing: ${meant}=`;
    return [{ name, what: `is no setting; did you mean ${meant}? If so, ${way}` }];
  });
}

function meantBy(name: string, wanted: readonly string[]): string | undefined {
  const bare = name.replace(/^QUITTANCE_/i, '');
  const known = new Map(wanted.map((one) => [one.toLowerCase(), one]));
  const found = nearest(bare, [...known.keys()], bare.length < SHORT ? 1 : 2);
  return found === undefined ? undefined : known.get(found);
}
