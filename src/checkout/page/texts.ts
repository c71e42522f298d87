export type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>;

export interface PageLanguage {
  /** BCP 47. */
  code: string;
  direction: 'ltr' | 'rtl';
  texts: Readonly<Record<string, Text>>;
  /** By `?lang=`. */
  isAskedFor?: boolean;
}

/** The texts of one language, as web/checkout/languages has them. */
export class Texts {
  private readonly plural: Intl.PluralRules;

  constructor(
    private readonly texts: Readonly<Record<string, Text>>,
    readonly language: string,
  ) {
    this.plural = new Intl.PluralRules(language);
  }

  /** @returns the text with `{name}` filled in; one with a `count` in the plural form that its language has for that */
  say(key: string, values: Readonly<Record<string, string | number>> = {}): string {
    return this.form(key, Number(values.count)).replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return typeof value === 'number' ? value.toLocaleString(this.language) : (value ?? whole);
    });
  }

  /** @returns the text in pieces, with what is filled in among them: for what is more than text, as an element */
  parts<T>(key: string, values: Readonly<Record<string, T>>): (string | T)[] {
    // What is in braces is every second piece.
    return this.form(key)
      .split(/\{(\w+)\}/)
      .map((piece, index) => (index % 2 === 0 ? piece : (values[piece] ?? `{${piece}}`)));
  }

  private form(key: string, count = Number.NaN): string {
    const text = this.texts[key] ?? '';
    return typeof text === 'string' ? text : (text[this.plural.select(count)] ?? text.other ?? '');
  }
}
