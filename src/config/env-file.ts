import { type Problem } from './configuration-error.js';
import { type EnvFileEntry, envFileLines } from './env-file-lines.js';
import { misspeltSetting, settingCalledOtherwise } from './meant-setting.js';
import { NotUtf8Error, readText } from './read-text.js';
import { settingsOf } from './setting.js';
import { Settings } from './settings.js';

type Environment = Readonly<Record<string, unknown>>;

/** Names further apart are others', not misspelt. */
const MOST_LETTERS_APART = 2;

/**
 * What looks like a mistake in a file of settings: a name that is nearly one of ours or is called otherwise elsewhere, a
 * setting written twice, a quote that is not closed, a value that would be cut off, a line that sets nothing. Names of
 * others are left alone, as such a file may serve compose as well.
 * @param path one that is not there has no mistakes
 * @param environment what stands before the file: a setting that is there is not missed
 */
export function envFileProblems(path: string, environment: Environment = process.env): Problem[] {
  let content: string;
  try {
    content = readText(path);
  } catch (error) {
    return error instanceof NotUtf8Error ? [{ name: path, what: error.message }] : [];
  }
  const names = settingsOf(Settings).flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env]));
  const { entries, strayLines } = envFileLines(content);
  const missing = missingOf(names, [...Object.keys(environment), ...entries.map(({ name }) => name)]);
  const lines = new Map<string, number>();
  const ofEntries = entries.flatMap((entry): Problem[] => {
    const { name, line } = entry;
    if (!names.includes(name)) return notOurs(name, names, missing, path);
    const before = lines.get(name);
    lines.set(name, line);
    if (before !== undefined)
      return [{ name, what: `is set twice in ${path}, in line ${before} and in line ${line}; keep one` }];
    const what = valueProblem(entry);
    return what === null ? [] : [{ name, what: `${what} (line ${line} of ${path})` }];
  });
  const ofLines = strayLines.flatMap(({ text, line }): Problem[] => {
    const name = names.find((one) => text.split(/[^\w]+/).includes(one));
    return name === undefined
      ? []
      : [
          {
            name,
            what: `stands in line ${line} of ${path}, which sets nothing; write ${name}=…, in a line of its own`,
          },
        ];
  });
  return [...ofEntries, ...ofLines];
}

/** The settings that are given neither as they are nor by a file. */
function missingOf(names: readonly string[], given: readonly string[]): string[] {
  const settings = new Set(given.map((name) => name.replace(/_FILE$/, '')));
  return names.filter((name) => !settings.has(name.replace(/_FILE$/, '')) && !given.includes(name));
}

function notOurs(
  name: string,
  names: readonly string[],
  missing: readonly string[],
  path: string,
): Problem[] {
  const nearly = misspeltSetting(name, names);
  const isNear = nearly !== undefined && Math.abs(nearly.length - name.length) <= MOST_LETTERS_APART;
  const meant = isNear ? nearly : settingCalledOtherwise(name, missing);
  return meant === undefined
    ? []
    : [{ name, meant, what: `in ${path} is no setting; did you mean ${meant}?` }];
}

/** What a reader of such files makes of a value that is not what its writer meant. The value may be a secret. */
function valueProblem({ name, value, separator }: EnvFileEntry): string | null {
  if (separator !== '=') return `is followed by "${separator}"; write ${name}=…`;
  const [quote] = value;
  if (quote !== undefined && `"'\``.includes(quote)) {
    const end = value.indexOf(quote, 1);
    if (end < 0) return 'begins with a quote that is not closed; close it, or leave both out';
    const rest = value.slice(end + 1).trim();
    return rest === '' || rest.startsWith('#')
      ? null
      : 'goes on behind its closing quote; end the line there, or take quotes of another kind around the whole value';
  }
  return /\S#/.test(value) ? 'is cut off at its #; put the value in quotes' : null;
}
