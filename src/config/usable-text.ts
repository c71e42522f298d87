import { placeholderIn } from './placeholders.js';

/** Quotes as a shell or an editor writes them. Some readers of settings keep them, as `docker run --env-file` does. */
const QUOTED = /^(?:"[^]*"|'[^]*'|`[^]*`|[“”„][^]*[“”]|[‘’][^]*[‘’]|[«»][^]*[«»])$/u;
const BEGINS_QUOTED = /^["'`“”„‘’«»]/u;
const ENDS_QUOTED = /["'`“”„‘’«»]$/u;
/** What cannot be seen, and came along when the text was copied. */
const INVISIBLE = /[\p{Cf}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/u;

/**
 * What is wrong with the text of a setting, whichever it is: quotes that became part of it, a placeholder that nobody
 * filled in, a character that cannot be seen. The text may be a secret, so no more of it is repeated than a placeholder.
 * @returns null: nothing
 */
export function textProblem(text: string): string | null {
  if (BEGINS_QUOTED.test(text) && ENDS_QUOTED.test(text) && text.length > 1)
    return 'has quotation marks around it; take them away';
  if (BEGINS_QUOTED.test(text)) return 'begins with a quotation mark; take it away';
  if (ENDS_QUOTED.test(text)) return 'ends with a quotation mark; take it away';
  return unseenProblem(text) ?? placeholderProblem(text);
}

/**
 * As `textProblem`, of a secret that a file holds: no shell has read it, so a quotation mark at one end is its own. So
 * every secret can be given in some way.
 */
export function fileTextProblem(text: string): string | null {
  if (QUOTED.test(text)) return 'has quotation marks around it; take them away';
  return unseenProblem(text) ?? placeholderProblem(text);
}

function unseenProblem(text: string): string | null {
  return INVISIBLE.test(text)
    ? 'has a character that cannot be seen, which came along when it was copied; type it by hand'
    : null;
}

function placeholderProblem(text: string): string | null {
  const placeholder = placeholderIn(text);
  if (placeholder === undefined) return null;
  const what = /^[$%]|^\{\{/.test(placeholder)
    ? `has ${placeholder} in it, which nothing fills in here`
    : `has the placeholder ${placeholder} in it`;
  return `${what}; write the value itself`;
}
