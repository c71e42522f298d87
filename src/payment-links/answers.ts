import { storable } from '../database/storable.js';

/** Something that a link asks its visitor. */
export interface LinkField {
  label: string;
  required: boolean;
  /** Of the answer, in UTF-16 units. */
  max_length: number;
}

export type AnswerProblem = 'missing' | 'too_long';

/** One answer as a visitor gave it, and what is wrong with it. */
export interface GivenAnswer {
  label: string;
  value: string;
  problem: AnswerProblem | null;
}

/** Text of strangers: one line, without control characters and marks that turn what is around it. */
export function readAnswers(fields: readonly LinkField[], given: readonly string[]): GivenAnswer[] {
  return fields.map(({ label, required, max_length: most }, index) => {
    const text = (given[index] ?? '').trim();
    const value = storable(text, most);
    if (text.length > most) return { label, value, problem: 'too_long' };
    return { label, value, problem: required && value === '' ? 'missing' : null };
  });
}
