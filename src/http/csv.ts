export type CsvValue = string | number | null;

/** One record of RFC 4180, with its line break. What a spreadsheet would take for a formula stays text. */
export function csvRecord(fields: readonly CsvValue[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

/**
 * Where spreadsheets begin a formula, which may send what stands in other cells to a stranger: an apostrophe before it makes
 * it text (https://owasp.org/www-community/attacks/CSV_Injection). Also behind blanks, and in the full width of Asian scripts.
 */
const FORMULA = /^[\s\u00a0\u200b\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]/;
/** Amounts below zero are none. */
const NUMBER = /^-?\d+(\.\d+)?$/;

function csvField(value: CsvValue): string {
  const given = value === null ? '' : String(value);
  const text = FORMULA.test(given) && !NUMBER.test(given) ? `'${given}` : given;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
