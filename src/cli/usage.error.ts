/** A command was typed with something that it cannot use. The message says what to type instead. */
export class UsageError extends Error {}
