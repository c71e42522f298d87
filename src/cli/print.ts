/** Rows for a person as aligned columns, for a script as JSON. */
export function print(rows: object[], { json = false }: { json?: boolean }): void {
  const text = json ? JSON.stringify(rows, null, 2) : table(rows as Record<string, unknown>[]);
  process.stdout.write(`${text}\n`);
}

/** One thing: as `print`, a line for each of its fields. */
export function printOne(row: object, { json = false }: { json?: boolean }): void {
  const lines = Object.entries(row).map(([name, value]) => `${name.padEnd(14)}${cell(value)}`);
  process.stdout.write(`${json ? JSON.stringify(row, null, 2) : lines.join('\n')}\n`);
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
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
