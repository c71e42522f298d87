/** One setting of a `.env` file. */
export interface EnvFileEntry {
  name: string;
  /** As it is written, quotes and comment included; a quoted one may go over several lines, as a certificate does. */
  value: string;
  /** `=`, where it is one. */
  separator: string;
  /** Of its beginning, 1-based. */
  line: number;
}

export interface EnvFileLines {
  entries: EnvFileEntry[];
  /** Neither empty, nor a comment, nor a setting. */
  strayLines: { text: string; line: number }[];
}

const ENTRY = /^\s*(?:export\s+)?([\w.-]+)(?:\s*(=)|(:)\s)(.*)$/;
const NEXT_ENTRY = /^\s*(?:export\s+)?[A-Z][A-Z0-9_]*\s*=/;

/** The lines of a `.env` file as dotenv reads them, with what it passes over in silence. */
export function envFileLines(content: string): EnvFileLines {
  const read: EnvFileLines = { entries: [], strayLines: [] };
  const lines = content.split(/\r\n?|\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const text = lines[index] ?? '';
    const line = index + 1;
    if (/^\s*(#|$)/.test(text)) continue;
    const [, name, equals, colon, first = ''] = ENTRY.exec(text) ?? [];
    if (name === undefined) {
      read.strayLines.push({ text, line });
      continue;
    }
    let value = first.trim();
    while (isOpen(value) && index + 1 < lines.length && !NEXT_ENTRY.test(lines[index + 1] ?? '')) {
      index += 1;
      value += `\n${lines[index]}`;
    }
    read.entries.push({ name, value: value.trim(), separator: equals ?? colon ?? '', line });
  }
  return read;
}

function isOpen(value: string): boolean {
  const [quote = ''] = value;
  return /^["'`]/.test(value) && !value.slice(1).includes(quote);
}
