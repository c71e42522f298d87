/** Texts that a language's file does not have yet: English until it does. */
export const ENGLISH_ONLY: Readonly<Record<string, string>> = {};
