declare const isStorable: unique symbol;

/**
 * Text of strangers (contracts, nodes, receivers) that Postgres can hold, that fits into a log line and an event, and that
 * does nothing to a terminal it is printed on. It is made where such text comes in, and trusted behind that.
 */
export type Storable = string & { readonly [isStorable]: true };

/** Whatever somebody has to say, they can say it in so many characters. */
const MOST = 500;
const REPLACEMENT = '\uFFFD';
/** C0, DEL and C1 (ECMA-48): they move cursors, clear screens and set titles; Postgres takes no NUL. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
/** They show text in another order than it has (Unicode TR 36, section 2.3), or break lines that are none. */
const DISGUISE = /[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** One line. @param most characters at most, in UTF-16 units; what is cut off is marked by `…` */
export function storable(text: string, most = MOST): Storable {
  // What is far too long is not looked at as a whole.
  const start = text.slice(0, most + 1).replace(/[\t\n\r]+/g, ' ');
  return shortened(cleaned(start), most, text.length > most);
}

/** As `storable`, with its lines as they are. */
export function storableLines(text: string, most: number): Storable {
  const start = text.slice(0, most + 1).replace(/\r\n?/g, '\n');
  const lines = start.split('\n').map((line) => cleaned(line.replaceAll('\t', ' ')));
  return shortened(lines.join('\n'), most, text.length > most);
}

function cleaned(text: string): string {
  return text.toWellFormed().replace(CONTROL, REPLACEMENT).replace(DISGUISE, REPLACEMENT);
}

function shortened(text: string, most: number, isCut: boolean): Storable {
  if (!isCut) return text as Storable;
  // Between the halves of a surrogate pair is no place to cut.
  return `${text.slice(0, most - 1).toWellFormed()}…` as Storable;
}
