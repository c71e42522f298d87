import { brandHead, brandLinks, brandLogo, type PageBrand } from './brand.js';
import { html, type Html, plainText, strangersText, verbatim, verbatimLtr } from './html.js';
import { inLanguage } from './page-path.js';
import { type PageAssets, pageDocument } from './document.js';
import { type PageLanguage, Texts } from './texts.js';

/** What a visitor of a payment link sees. */
export interface LinkPageView {
  token: string;
  merchant: string;
  brand: PageBrand;
  title: string;
  description: string | null;
  /** "49.90 EUR"; null: the visitor says how much. */
  price: string | null;
  /** Where the visitor says how much. */
  amount: {
    currency: string;
    /** As people of the language write amounts of money: "€20.00". */
    min: string | null;
    max: string | null;
    value: string;
    problem: string | null;
  } | null;
  /** How many there are; null: any number. */
  left: number | null;
  fields: readonly {
    label: string;
    isRequired: boolean;
    maxLength: number;
    value: string;
    /** The key of what is wrong with it. */
    problem: string | null;
  }[];
  nonce: string;
  /** The key of what the visitor has to know first. */
  notice: string | null;
}

/** The form that makes a payment: complete without JavaScript, and without any. */
export function linkPage(view: LinkPageView, language: PageLanguage, assets: PageAssets | null): string {
  const texts = new Texts(language.texts, language.code);
  const { amount, notice, left } = view;
  return pageDocument(language, assets, {
    title: `${plainText(view.title)} – ${plainText(view.merchant)}`,
    description: texts.say('description'),
    head: brandHead(view.brand) ?? undefined,
    body: html`<main>
      <header>
        ${brandLogo(view.brand)}
        <p class="muted">${texts.say('pay_to')} ${verbatim(view.merchant)}</p>
        <h1>${strangersText(view.title)}</h1>
        ${view.price === null ? null : html`<p class="price">${verbatimLtr(view.price)}</p>`}
        ${view.description === null ? null : html`<p class="description">${strangersText(view.description)}</p>`}
        ${left === null ? null : html`<p class="muted">${texts.say('link_left', { left: String(left) })}</p>`}
      </header>
      ${notice === null ? null : html`<p class="notice" role="alert">${texts.say(notice)}</p>`}
      <form method="post" action="${inLanguage(`/l/${view.token}`, language)}" class="link-form">
        <input type="hidden" name="nonce" value="${view.nonce}" />
        ${amount === null ? null : amountField(amount, texts)}
        ${view.fields.map((field, index) =>
          textField(
            {
              name: `answer-${index}`,
              label: strangersText(field.label),
              hint: null,
              problem:
                field.problem === null ? null : texts.say(field.problem, { most: String(field.maxLength) }),
              value: field.value,
              maxLength: field.maxLength,
              isRequired: field.isRequired,
            },
            texts,
          ),
        )}
        <button class="button is-primary">${texts.say('link_continue')}</button>
      </form>
      <footer>${brandLinks(view.brand, texts)}</footer>
    </main>`,
  });
}

interface TextField {
  name: string;
  label: Html | string;
  hint: string | null;
  problem: string | null;
  value: string;
  maxLength: number;
  isRequired: boolean;
  isAmount?: boolean;
}

function amountField(amount: NonNullable<LinkPageView['amount']>, texts: Texts): Html {
  const { currency, min, max, problem } = amount;
  const key = min !== null && max !== null ? 'between' : min !== null ? 'least' : 'most';
  const bounds = { min: isolated(min), max: isolated(max) };
  return textField(
    {
      name: 'amount',
      label: texts.say('link_amount', { currency: plainText(currency) }),
      hint: min === null && max === null ? null : texts.say(`link_amount_${key}`, bounds),
      problem: problem === null ? null : texts.say(problem, bounds),
      value: amount.value,
      maxLength: 60,
      isRequired: true,
      isAmount: true,
    },
    texts,
  );
}

function textField(field: TextField, texts: Texts): Html {
  const { name, label, hint, problem, isRequired } = field;
  const described = [hint === null ? '' : `${name}-hint`, problem === null ? '' : `${name}-problem`];
  const describedBy = described.filter((id) => id !== '').join(' ');
  return html`<div class="field">
    <label for="${name}"
      >${label} ${isRequired ? null : html`<span class="muted">(${texts.say('link_optional')})</span>`}</label
    >
    ${hint === null ? null : html`<p class="muted" id="${name}-hint">${hint}</p>`}
    ${problem === null ? null : html`<p class="problem" id="${name}-problem">${problem}</p>`}
    <input
      id="${name}"
      name="${name}"
      value="${field.value}"
      maxlength="${field.maxLength}"
      ${field.isAmount ? html`inputmode="decimal" dir="ltr"` : html`dir="auto"`}
      autocomplete="off"
      ${isRequired && html`required`}
      ${problem !== null && html`aria-invalid="true"`}
      ${describedBy !== '' && html`aria-describedby="${describedBy}"`}
    />
  </div>`;
}

/** An amount within a text, whichever way that runs: as `<bdi dir="ltr">` does, where there is no element. */
function isolated(amount: string | null): string {
  return `\u2066${amount}\u2069`;
}
