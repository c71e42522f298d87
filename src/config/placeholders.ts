/** What nobody ever has in a secret by chance, wherever it stands: refused in the middle of a value as well. */
const TEMPLATES = [
  /\$\{[A-Z][A-Z0-9_]{3,}(?::?[-?=+][^}]*)?\}/,
  /\$\([a-z]{2,} [^)]*\)/,
  /\{\{\s*\.?[A-Za-z]{4,}[\w. |"-]*\}\}/,
  /%[A-Z][A-Z0-9]{2,}(?:_[A-Z0-9]{3,})+%/,
  /[<{[](?:your|my|insert|replace|enter)[-_ .][\w .-]*[>}\]]/i,
  /(?<![A-Za-z0-9])YOUR[-_](?:[A-Z]+[-_])*(?:KEY|TOKEN|SECRET|ID|PASSWORD|XPUB|URL)(?![A-Za-z0-9])/,
];

const THING =
  'api|key|token|secret|project|id|password|endpoint|node|url|host|rpc|domain|server|name|user|wallet|xpub|mnemonic';
const YOURS = `your[-_ ]?(?:own[-_ ]?)?(?:[a-z]+[-_ ])*(?:${THING})s?(?:[-_ ]here)?`;
const FILL_IN =
  '(?:insert|replace|put|paste|enter)[-_ ](?:[a-z]+[-_ ])*(?:here|me|this|key|token|value|secret)';

/** A whole value, or a whole part of a URL, that a shell, a template or a reader was to fill in. */
const WHOLE = [
  /^\$\{[A-Za-z_]\w*(?::?[-?=+][^}]*)?\}$/,
  /^\$\([^)]*\)$/,
  /^\$[A-Z_][A-Z0-9_]*$/,
  /^\{\{[^}]*\}\}$/,
  /^%[A-Z][A-Z0-9_]*%$/,
  /^<[A-Za-z][\w .-]*>$/,
  /^\{[A-Za-z_][\w-]*\}$/,
  /^\[[A-Za-z_][\w -]*\]$/,
  /^…|…$|^\.\.\.$/,
  new RegExp(`^${YOURS}$`, 'i'),
  new RegExp(`^${FILL_IN}$`, 'i'),
];

/** Words that stand for a key where a key belongs. As the password of a database of one's own each may be the real one. */
const WORDS = [
  /^(?:[a-z]+[-_])*(?:api|project|access)[-_]?(?:key|id|token|secret)$/i,
  /^(?:KEY|TOKEN|SECRET|APIKEY|TODO|FIXME|TBD|PLACEHOLDER)$/,
  /^(?:change|replace)[-_]?(?:me|this)$/i,
];

/** In a key of a URL, of which a row of one letter is none. */
const NO_KEY = /^(?:x{3,}|X{3,})$/;

/** A host name is nobody's secret: there a placeholder is one wherever it stands. */
const IN_HOST = [
  /\$\{?[A-Za-z_]\w*\}?/,
  /\{+[^}]*\}+/,
  /<[^>]*>/,
  /%[A-Z][A-Z0-9_]*%/,
  /…/,
  // your-server.de is a hoster's own, under which its customers' machines have their names.
  new RegExp(`(?<![a-z0-9])(?!your-server\\.de$)${YOURS}(?![a-z0-9])`, 'i'),
  /^your\.(?:own\.)?(?:domain|server|host|site|company|shop)(?![a-z0-9])/i,
];

/**
 * The placeholder that nobody filled in: the whole value, a whole part of a URL (its user, password, segment or
 * parameter), or a template that is known as one wherever it stands. A secret made by chance that has `<abc>` or `${X}`
 * somewhere in it is none.
 * @returns undefined: there is none
 */
export function placeholderIn(text: string): string | undefined {
  const [, scheme, authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) {
    // What comes before the secret itself is part of its form.
    const secret = text.replace(/^(?:whsec_|0x)/, '');
    return firstOf([...WHOLE, ...WORDS], secret) ?? firstOf(TEMPLATES, text);
  }
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1).replace(/:\d+$/, '');
  const [user = '', ...password] = at < 0 ? [] : authority.slice(0, at).split(':');
  const credentials = [user, password.join(':')];
  const parts = rest.split(/[/?#&]/).map((part) => part.slice(part.indexOf('=') + 1));
  return (
    firstOf(IN_HOST, host) ??
    firstOf(WHOLE, ...credentials) ??
    firstOf([...WHOLE, ...WORDS, NO_KEY], ...parts) ??
    firstOf(TEMPLATES, text)
  );
}

function firstOf(patterns: readonly RegExp[], ...texts: string[]): string | undefined {
  return texts.flatMap((text) => patterns.flatMap((pattern) => pattern.exec(text)?.[0] ?? [])).at(0);
}
