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
 * operator's intervention (shutdown, a statement over its time), 58 an error of the system below it, 28 and 3D a password
 * or a database that is being changed under us, 25P03 and 25006 a session that was ended or a standby,
 * 55P03 a lock that was not given in time, 40 a transaction to be tried again.
 */
const POSTGRES_CODES = /^(08|28|3D|53|57|58|40)|^(25P03|25006|55P03)$/;

/** pg's own words, which have no code. */
const MESSAGES =
  /^(Query read timeout|timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Cannot use a pool after calling end|the database did not answer in time|Client was closed)/;

/** Node's own words, those of initdb and Postgres's log, and ours. */
const NO_ROOM = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded|The disk of \S+ is full/;

/** Whether an error says that the database is away, frozen or out of something: the same request may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  return causesOf(error).some((cause) => {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (MESSAGES.test(message)) return true;
    return typeof code === 'string' && (CONNECTION_CODES.has(code) || isPostgresAway(cause, code));
  });
}

/**
 * PostgreSQL, appendix A: a statement was cancelled, by a limit of its role or by somebody (57014), the disk is full
 * (53100), or we are refused (28, 3D). The database is as good as away for a request, but a start that is begun again
 * would end the same way.
 */
export function isLastingRefusal(error: unknown): boolean {
  return causesOf(error).some((cause) =>
    /^(57014|53100|28...|3D...)$/.test(String((cause as NodeJS.ErrnoException).code)),
  );
}

/** Whether a file of our own, or the embedded Postgres, could not be written as its disk is full or a quota is used up. */
export function isOutOfRoom(error: unknown): boolean {
  return causesOf(error).some((cause) => !('severity' in cause) && NO_ROOM.test(cause.message));
}

/** The codes of other libraries look different: five letters and digits are Postgres's, and so is a severity. */
function isPostgresAway(error: Error, code: string): boolean {
  return (
    'severity' in error && code.length === 5 && (POSTGRES_CODES.test(code) || isDiskRefusing(error.message))
  );
}

/**
 * Postgres has a code for a disk without room, and none for a quota that is used up, a file that may not grow or a file
 * system that was made read-only after an error: XX000, and 42501 as if a right were missing (errcode_for_file_access).
 */
export function isDiskRefusing(message: string): boolean {
  return /: (Disk quota exceeded|File too large|Read-only file system)$/.test(message);
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
