import { type Document, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import { type Problem } from './configuration-error.js';

export interface ParsedYaml {
  document: Document.Parsed;
  lines: LineCounter;
  /** Why it cannot be read; empty: it can. */
  problems: Problem[];
}

/** A key that is written twice is a mistake of its own; what else a parser reports mostly follows from the first. */
const IS_OF_ITS_OWN: readonly YAMLError['code'][] = ['DUPLICATE_KEY'];

/** Nobody sees a tab, and what the parser says of one is of what it took it for. */
const TAB = /^ *\t\s*\S/;

/** What a line that the parser stumbled over was meant to be. */
const MEANT: readonly (readonly [RegExp, string])[] = [
  [
    /[\p{Cf}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/u,
    'has a character that only looks like a space, or cannot be seen, which came along when it was copied; type the line by hand',
  ],
  [/^\s*(- +)?[\w-]+:[^\s/]/, 'lacks the space behind its colon; write key: value'],
  [/^\s*(- +)?[\w-]+\s*=/, 'has = where YAML has a colon; write key: value'],
  [/:\s+[`@%]/, 'has a value that begins with a sign which YAML keeps for itself; put the value in quotes'],
];

/**
 * Parses a file of YAML.
 * @param file its name, for the messages
 */
export function parseYaml(content: string, file: string): ParsedYaml {
  const counter = new LineCounter();
  // Some editors still end lines as Macs of long ago did.
  const text = content.replace(/\r(?!\n)/g, '\n');
  const document = parseDocument(text, { lineCounter: counter, merge: true });
  const problemIn = (line: number, what: string): Problem => ({ name: `${file} line ${line}`, what });
  const lineOf = (offset: number) => counter.linePos(offset).line;
  const { errors } = document;
  const first = errors.find(({ code }) => !IS_OF_ITS_OWN.includes(code));
  const meant = first && meantBy(text.split('\n'), lineOf(first.pos[0]));
  if (meant && first.code !== 'MULTIPLE_DOCS')
    return { document, lines: counter, problems: [problemIn(meant.line, meant.what)] };
  const told = errors.filter((error) => error === first || IS_OF_ITS_OWN.includes(error.code));
  const problems = told.map((error) => problemIn(lineOf(error.pos[0]), saidOf(error)));
  if (problems.length === 0)
    problems.push(...unreadableIn(document).map(({ offset, what }) => problemIn(lineOf(offset), what)));
  return { document, lines: counter, problems };
}

/** @param at the line that the parser names: it may have come to the one before as well */
function meantBy(lines: readonly string[], at: number): { line: number; what: string } | undefined {
  const tab = lines.findIndex((line) => TAB.test(line));
  if (tab >= 0) return { line: tab + 1, what: 'begins with a tab; YAML is indented with spaces alone' };
  for (const line of [at, at - 1]) {
    const what = MEANT.find(([form]) => form.test(lines[line - 1] ?? ''))?.[1];
    if (what !== undefined) return { line, what };
  }
  return undefined;
}

function saidOf({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS')
    return 'begins a second document, which nobody would read; take the line --- out';
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}

/** Names that nobody gave, and marks of types that nobody reads: either would be passed over, or end the reading. */
function unreadableIn(document: Document.Parsed): { offset: number; what: string }[] {
  const found = document.warnings.map(({ message, pos }) => ({
    offset: pos[0],
    what: `${message.split(' at line')[0] ?? ''}; take it out`,
  }));
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const what = `names *${alias.source}, and nothing before it is marked &${alias.source}; a text that begins with * is written in quotes`;
      found.push({ offset: alias.range?.[0] ?? 0, what });
    },
  });
  return found;
}
