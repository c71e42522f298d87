import { type OutputOptions } from './option.js';
import { type Terminal } from './terminal.js';

/** Rows for a person as aligned columns, for a script as JSON. */
export function print(terminal: Terminal, rows: object[], { json = false }: OutputOptions): void {
  const text = json ? JSON.stringify(rows, null, 2) : table(rows as Record<string, unknown>[]);
  terminal.out(`${text}\n`);
}

/** One thing: as `print`, a line for each of its fields. */
export function printOne(terminal: Terminal, row: object, { json = false }: OutputOptions): void {
  terminal.out(`${json ? JSON.stringify(row, null, 2) : fields(row)}\n`);
}

function fields(row: object): string {
  const width = Math.max(...Object.keys(row).map((name) => name.length)) + 2;
  return Object.entries(row)
    .map(([name, value]) => `${name.padEnd(width)}${cell(value)}`)
    .join('\n');
}

function table(rows: Record<string, unknown>[]): string {
  const [first] = rows;
  if (!first) return 'none';
  const names = Object.keys(first);
  const lines = [names, ...rows.map((row) => names.map((name) => cell(row[name])))];
  const widths = names.map((_name, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.map(cell).join(',');
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

/** Text of strangers without what would move a terminal's cursor or set its title (ECMA-48: C0, DEL, C1). */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
