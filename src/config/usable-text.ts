import { UnusableValueError } from './unusable-value.error.js';

/** Quotes as a shell or an editor writes them. Some readers of settings keep them, as `docker run --env-file` does. */
const QUOTED = /^(["'`“”„‘’«»]).*["'`“”„‘’«»]$/su;
const BEGINS_QUOTED = /^["'`“”„‘’«»]/u;
const ENDS_QUOTED = /["'`“”„‘’«»]$/u;
/** What cannot be seen, and came along when the text was copied. */
const INVISIBLE = /[\p{Cf}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/u;
/** Variables of shells, compose files and templates, which nothing here fills in. */
const VARIABLES = [
  /\$\{[A-Za-z_]\w*(?::?[-?=+][^}]*)?\}/,
  /\$\([^)]*\)/,
  /(?<=^|[/=])\$[A-Z_][A-Z0-9_]*(?=$|[/&])/,
  /\{\{[^}]*\}\}/,
  /%[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+%/,
];
const START = '(?<=^|[/=])';
const END = '(?=/?$|[&#])';
const THING =
  'api|key|token|secret|project|id|password|endpoint|node|url|host|rpc|domain|server|name|user|wallet';
/** As documentation prints them where a value of one's own belongs. */
const PLACEHOLDERS = [
  /<[A-Za-z][\w .-]*>/,
  /\{[A-Za-z_][\w-]*\}/,
  /…/,
  new RegExp(`${START}\\.\\.\\.${END}`),
  new RegExp(`(?<![a-z0-9])your[-_. ]?(?:own[-_. ]?)?(?:[a-z]+[-_. ])?(?:${THING})s?(?![a-z0-9])`, 'i'),
  /(?<![a-z0-9])(?:insert|replace|put|paste|enter)[-_ ](?:[a-z]+[-_ ])*(?:here|me|this|key|token|value)(?![a-z0-9])/i,
  new RegExp(`${START}(?:[a-z]+[-_])*(?:api|project|access)[-_]?(?:key|id|token|secret)${END}`, 'i'),
  new RegExp(`${START}(?:KEY|TOKEN|SECRET|APIKEY|TODO|FIXME|TBD|PLACEHOLDER)${END}`),
  /(?<=[/=])(?:x{3,}|X{3,})(?=\/?$|[&#])/,
  new RegExp(`${START}(?:change|replace)[-_]?(?:me|this)${END}`, 'i'),
];

/**
 * What is wrong with the text of a setting, whichever it is: quotes that became part of it, a placeholder that nobody
 * filled in, a character that cannot be seen. The text may be a secret, so no more of it is repeated than a placeholder.
 * @returns null: nothing
 */
export function textProblem(text: string): string | null {
  if (QUOTED.test(text)) return 'has quotation marks around it; take them away';
  if (BEGINS_QUOTED.test(text)) return 'begins with a quotation mark; take it away';
  if (ENDS_QUOTED.test(text)) return 'ends with a quotation mark; take it away';
  if (INVISIBLE.test(text))
    return 'has a character that cannot be seen, which came along when it was copied; type it by hand';
  return placeholderProblem(text);
}

function placeholderProblem(text: string): string | null {
  const variable = firstOf(VARIABLES, text);
  if (variable !== undefined)
    return `has ${variable} in it, which nothing fills in here; write the value itself`;
  const placeholder = firstOf(PLACEHOLDERS, text);
  return placeholder === undefined
    ? null
    : `has the placeholder ${placeholder} in it; write the value itself`;
}

function firstOf(patterns: readonly RegExp[], text: string): string | undefined {
  return patterns.flatMap((pattern) => pattern.exec(text)?.[0] ?? []).at(0);
}

/** @throws UnusableValueError */
export function requireUsableText(text: string): void {
  const problem = textProblem(text);
  if (problem !== null) throw new UnusableValueError(problem);
}
