/** Of the system and of Node, when a connection cannot be made or is lost. */
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * PostgreSQL, appendix A: 08 connection exception, 53 insufficient resources (no connection left, a full disk), 57 an
 * operator's intervention (shutdown, a statement over its time), 25P03 and 25006 a session that was ended or a standby,
 * 55P03 a lock that was not given in time, 40 a transaction to be tried again.
 */
const POSTGRES_CODES = /^(08|53|57|40)|^(25P03|25006|55P03)$/;

/** pg's own words, which have no code. */
const MESSAGES =
  /^(Query read timeout|timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Cannot use a pool after calling end|the database did not answer in time|Client was closed)/;

/** Whether an error says that the database is away, frozen or out of something: the same request may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  return causesOf(error).some((cause) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (MESSAGES.test(message)) return true;
    return typeof code === 'string' && (CONNECTION_CODES.has(code) || isPostgresAway(cause, code));
  });
}

/**
 * PostgreSQL, appendix A: a statement was cancelled, by a limit of its role or by somebody (57014), or the disk is full
 * (53100). The database is as good as away for a request, but the same work again would end the same way.
 */
export function isCancelledOrFull(error: unknown): boolean {
  return causesOf(error).some((cause) =>
    ['57014', '53100'].includes(String((cause as NodeJS.ErrnoException).code)),
  );
}

/** The codes of other libraries look different: five letters and digits are Postgres's, and so is a severity. */
function isPostgresAway(error: Error, code: string): boolean {
  return 'severity' in error && code.length === 5 && POSTGRES_CODES.test(code);
}

/** An error and what it was made of, outermost first: TypeORM wraps what the driver said. */
export function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (
    let next = error;
    next instanceof Error;
    next = (next as { driverError?: unknown }).driverError ?? next.cause
  )
    causes.push(next);
  return causes;
}
