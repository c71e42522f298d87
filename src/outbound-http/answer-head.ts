/** What could be read of an answer, as far as its status line and the headers after it are whole. */
export interface AnswerHead {
  status: number;
  /** Names in lower case; of a name that comes twice, the first. */
  headers: Record<string, string>;
  /** What follows the headers, as it came. */
  body: Buffer;
}

/** RFC 9112, section 4: HTTP-version SP status-code SP reason-phrase. Many leave out the last space. */
const STATUS_LINE = /^HTTP\/\d(?:\.\d)? (\d{3})(?: [^\n]*)?$/;
/** What a header may be called (RFC 9110, section 5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const SWITCHING_PROTOCOLS = 101;

/**
 * Reads the status of an answer that Node's parser refused, with less of a demand on what follows the status line: the
 * server has dealt with the request, whatever else it then got wrong. Its connection must not be used again.
 * @param bytes all that came since the request was sent, from the first on
 * @returns null unless the status line of a final answer is there to its end
 */
export function readHead(bytes: Buffer): AnswerHead | null {
  let start = 0;
  for (;;) {
    const head = headAt(bytes, start);
    if (!head) return null;
    const isInterim = head.status < 200 && head.status !== SWITCHING_PROTOCOLS;
    if (!isInterim) return { status: head.status, headers: head.headers, body: bytes.subarray(head.end) };
    start = head.end;
  }
}

function headAt(bytes: Buffer, start: number) {
  const statusLine = lineAt(bytes, start);
  const status = Number(STATUS_LINE.exec(statusLine?.text ?? '')?.[1] ?? Number.NaN);
  if (!statusLine || !(status >= 100)) return null;
  const headers = Object.create(null) as Record<string, string>;
  let end = statusLine.next;
  for (let line = lineAt(bytes, end); line; line = lineAt(bytes, end)) {
    end = line.next;
    if (line.text === '') break;
    const colon = line.text.indexOf(':');
    const name = line.text.slice(0, Math.max(0, colon)).toLowerCase();
    if (TOKEN.test(name)) headers[name] ??= line.text.slice(colon + 1).trim();
  }
  return { status, headers, end };
}

/** A line that has come to its end, by CRLF or a bare LF. */
function lineAt(bytes: Buffer, start: number): { text: string; next: number } | null {
  const end = bytes.indexOf(0x0a, start);
  if (end < 0) return null;
  return { text: bytes.toString('latin1', start, end).replace(/\r$/, ''), next: end + 1 };
}
