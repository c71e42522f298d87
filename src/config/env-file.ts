import { type Problem } from './configuration-error.js';
import { NotUtf8Error, readText } from './read-text.js';
import { nearest } from './nearest.js';
import { settingsOf } from './setting.js';
import { Settings } from './settings.js';

/**
 * What looks like a mistake in a file of settings: a name that is nearly one of ours, a quote that is not closed. Names
 * of others are left alone, as such a file may serve compose as well. The environment itself is not looked at: it is
 * full of what is not ours.
 * @param path one that is not there has no mistakes
 */
export function envFileProblems(path: string): Problem[] {
  let content: string;
  try {
    content = readText(path);
  } catch (error) {
    return error instanceof NotUtf8Error ? [{ name: path, what: error.message }] : [];
  }
  const names = settingsOf(Settings).flatMap(({ env, secret }) => (secret ? [env, `${env}_FILE`] : [env]));
  const known = new Map(names.map((name) => [name.toLowerCase(), name]));
  return entriesIn(content).flatMap(({ name, value }) => {
    if (names.includes(name)) return isUnclosed(value) ? [{ name, what: UNCLOSED }] : [];
    const meant = nearest(name, [...known.keys()]);
    if (meant === undefined || Math.abs(meant.length - name.length) > MOST_LETTERS_APART) return [];
    return [{ name, what: `in ${path} is no setting; did you mean ${known.get(meant)}?` }];
  });
}

/** Each name with all up to the next one: a quoted value may go over several lines, as a certificate does. */
function entriesIn(content: string): { name: string; value: string }[] {
  const begin = /^[ \t]*(?:export[ \t]+)?([A-Z][A-Z0-9_]*)[ \t]*=/gm;
  const found = [...content.matchAll(begin)];
  return found.map((match, index) => ({
    name: String(match[1]),
    value: content.slice(match.index + match[0].length, found[index + 1]?.index).trim(),
  }));
}

const UNCLOSED = 'begins with a quote that is not closed; close it, or leave both out';
/** Names further apart are others', not misspelt. */
const MOST_LETTERS_APART = 2;

function isUnclosed(value: string): boolean {
  const [quote] = value;
  return /^["'`]/.test(value) && !value.slice(1).includes(quote as string);
}
