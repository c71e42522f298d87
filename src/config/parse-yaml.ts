import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { type Problem } from './configuration-error.js';

export interface ParsedYaml {
  document: Document.Parsed;
  lines: LineCounter;
  /** Why it cannot be read; empty: it can. */
  problems: Problem[];
}

/** A key that is written twice is a mistake of its own; what else a parser reports mostly follows from the first. */
const IS_OF_ITS_OWN: readonly YAMLError['code'][] = ['DUPLICATE_KEY'];

/**
 * Parses a file of YAML.
 * @param file its name, for the messages
 */
export function parseYaml(content: string, file: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines });
  const { errors } = document;
  const first = errors.find(({ code }) => !IS_OF_ITS_OWN.includes(code));
  // Nobody sees a tab, and what the parser says of one is of what it took it for.
  const tab = first === undefined ? -1 : content.split('\n').findIndex((line) => /^ *\t\s*\S/.test(line));
  const told = errors.filter((error) => error === first || IS_OF_ITS_OWN.includes(error.code));
  const problems =
    tab >= 0
      ? [{ name: `${file} line ${tab + 1}`, what: 'begins with a tab; YAML is indented with spaces alone' }]
      : told.map(({ code, message, pos }) => ({
          name: `${file} line ${lines.linePos(pos[0]).line}`,
          what:
            code === 'MULTIPLE_DOCS'
              ? 'begins a second document, which nobody would read; take the line --- out'
              : `${(message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')}`,
        }));
  return { document, lines, problems };
}
