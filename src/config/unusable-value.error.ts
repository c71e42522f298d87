/** A setting's text cannot be used. The message says what to write instead, without the setting's name. */
export class UnusableValueError extends Error {}
