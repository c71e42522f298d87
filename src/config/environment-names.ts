import { type Problem } from './configuration-error.js';
import { misspeltSetting, settingCalledOtherwise } from './meant-setting.js';
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
  const hidden = hiddenProduction(environment);
  const misnamed = Object.keys(environment).flatMap((name): Problem[] => {
    if (names.includes(name) || hidden.some((one) => one.name === name)) return [];
    const plain = asFiles.get(name);
    if (plain !== undefined)
      return [{ name, what: `is no setting: ${plain} is no secret, and is set itself; set ${plain}` }];
    const meant = meantBy(name, wanted);
    if (meant === undefined) return [];
    const way = `set ${meant}; to go without it on purpose, set it to nothing: ${meant}=`;
    return [{ name, meant, what: `is no setting; did you mean ${meant}? If so, ${way}` }];
  });
  return [...hidden, ...misnamed];
}

function meantBy(name: string, wanted: readonly string[]): string | undefined {
  const most = name.replace(/^QUITTANCE_/i, '').length < SHORT ? 1 : 2;
  return misspeltSetting(name, wanted, most) ?? settingCalledOtherwise(name, wanted);
}

/** As other programs call what decides whether this is production. */
const OTHERS_NODE_ENV = /^(?:(?:quittance|app|application|node|deploy|deployment|run)_?)?env(?:ironment)?$/i;

/** A production that others' names speak of, while ours says nothing: what is made up in development would be used in it. */
function hiddenProduction(environment: Environment): Problem[] {
  if (environment.NODE_ENV !== undefined) return [];
  return Object.entries(environment)
    .filter(
      ([name, value]) => OTHERS_NODE_ENV.test(name) && /^["']?(?:prod|live$)/i.test(String(value).trim()),
    )
    .map(([name]) => ({
      name,
      meant: 'NODE_ENV',
      what: 'speaks of production, and NODE_ENV, which decides it here, is not set; set NODE_ENV=production, or NODE_ENV=development if that is what you want',
    }));
}
