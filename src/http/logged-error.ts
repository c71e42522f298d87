/** `user:password@` of a URL, wherever it stands in a text. */
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]+@/gi;
const API_KEY = /\bqk_[\w-]{43}/g;

/**
 * An error as it is logged: what happened and where. Nothing else that libraries hang on their errors, because that is
 * where secrets and customers' data are: TypeORM adds a query's parameters, Postgres the whole row that failed, axios
 * the request with its headers, ethers the node's URL with its key.
 * @returns type, message, stack, and code where there is one; what is no Error comes back as it is
 */
export function loggedError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  return {
    type: error.constructor.name,
    message: withoutSecrets(messageWithCauses(error)),
    ...(typeof code === 'string' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: withoutSecrets(error.stack) }),
  };
}

/** The text without passwords in URLs and without API keys. */
export function withoutSecrets(text: string): string {
  return text.replace(CREDENTIALS, '$1[redacted]@').replace(API_KEY, 'qk_[redacted]');
}

function messageWithCauses(error: Error): string {
  const messages: string[] = [];
  const seen = new Set<unknown>();
  for (let next: unknown = error; next instanceof Error && !seen.has(next); next = next.cause) {
    seen.add(next);
    messages.push(next.message);
  }
  return messages.join(': ');
}
