import { html, type Html, jsonBlock, strangersText } from './html.js';
import { pageData } from './page-data.js';
import { isPayable, type PageOption, type PageView, type Situation } from './page-view.js';
import { qrCode } from './qr-code.js';
import { type Text, Texts } from './texts.js';

export interface PageLanguage {
  /** BCP 47. */
  code: string;
  direction: 'ltr' | 'rtl';
  texts: Readonly<Record<string, Text>>;
}

export interface PageAssets {
  script: string;
  style: string;
}

/** Without JavaScript the page looks again by itself, for as long as something may happen. */
const RELOAD_S = 15;

const TONE = {
  waiting: 'neutral',
  part_paid: 'warn',
  seen: 'good',
  done: 'good',
  too_much: 'good',
  time_up: 'warn',
  elsewhere: 'warn',
  failed: 'bad',
  cancelled: 'neutral',
} as const satisfies Record<Situation, string>;

/** The whole page, complete without JavaScript. Its module finds what it makes live by ids and `data-` attributes. */
export function payPage(
  view: PageView,
  language: PageLanguage,
  assets: PageAssets | null,
  pageUrl: string | null,
): string {
  const texts = new Texts(language.texts, language.code);
  const say = (key: string, values = {}) => texts.say(key, values);
  const page = html`<!doctype html>
    <html lang="${language.code}" dir="${language.direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <meta name="description" content="${say('description')}" />
        <title>${say('title', { merchant: plain(view.merchant) })}</title>
        ${assets && html`<link rel="stylesheet" href="${assets.style}" />`}
        <link rel="icon" href="data:," />
        ${assets && html`<script type="module" src="${assets.script}"></script>`}
        ${isFinal(view.situation) ? null : html`<noscript><meta http-equiv="refresh" content="${RELOAD_S}" /></noscript>`}
      </head>
      <body>
        <main>
          ${header(view, texts)}
          <p id="offline" class="notice" hidden>${say('offline')}</p>
          ${status(view, texts)} ${payment(view, texts, pageUrl)}
          <section id="wallets" class="wallets" aria-label="${say('wallet_heading')}" hidden></section>
          <div id="check" data-live>${hasArrived(view.situation) ? null : check(view, texts)}</div>
          ${footer(view, texts)}
        </main>
        <p id="announcer" class="visually-hidden" role="status" aria-live="polite"></p>
        <script type="application/json" id="page-data">
          ${jsonBlock(pageData(view, language.texts))}
        </script>
      </body>
    </html> `;
  return page.markup;
}

function header(view: PageView, texts: Texts): Html {
  return html`<header>
    <h1>${texts.say('pay_to')} ${strangersText(view.merchant)}</h1>
    ${view.reference === null ? null : html`<p class="muted">${strangersText(view.reference)}</p>`}
    ${view.price === null ? null : html`<p class="price"><bdi dir="ltr">${view.price}</bdi></p>`}
  </header>`;
}

function status(view: PageView, texts: Texts): Html {
  const { situation } = view;
  return html`<section
    id="status"
    data-live
    class="status is-${TONE[situation]}"
    data-situation="${situation}"
  >
    <h2 data-say>${texts.say(`state_${situation}`)}</h2>
    <p>${statusHint(view, texts)}</p>
    ${isPayable(situation) ? html`<p class="time-left">${texts.say('time_left')} <time data-countdown datetime="${view.expiresAt}">${utcTime(view.expiresAt)}</time></p>` : null}
    ${progress(view, texts)} ${view.transactions.length === 0 ? null : transactions(view, texts)}
    ${view.returnUrl === null ? null : html`<p><a class="button is-primary" href="${view.returnUrl}">${texts.say('back_to_shop')}</a></p>`}
    ${view.receiptUrl === null ? null : html`<p><a href="${view.receiptUrl}">${texts.say('receipt')}</a></p>`}
  </section>`;
}

function statusHint(view: PageView, texts: Texts): Html | string {
  const { situation, received, elsewhere, confirmations } = view;
  if (situation === 'part_paid' && received)
    return html`${texts.say('state_part_paid_hint')}
      <bdi dir="ltr"
        >${received.amount}${received.of === null ? null : ` / ${received.of}`} ${received.symbol}</bdi
      >`;
  if (situation === 'seen') {
    if (!confirmations || confirmations.required === null) return texts.say('state_seen_final_hint');
    return texts.say('state_seen_hint', { count: confirmations.count, required: confirmations.required });
  }
  if (situation === 'elsewhere')
    return html`${texts.say('state_elsewhere_hint')}
    ${elsewhere.map(({ amount, symbol, network }) => html`<bdi dir="ltr">${amount} ${symbol}</bdi> (${strangersText(network)}) `)}`;
  return texts.say(`state_${situation}_hint`);
}

function progress({ situation, confirmations }: PageView, texts: Texts): Html | null {
  if (situation !== 'seen' || !confirmations || confirmations.required === null) return null;
  const { count, required } = confirmations;
  return html`<progress
    max="${required}"
    value="${Math.min(count, required)}"
    aria-label="${texts.say('confirmations')}"
  ></progress>`;
}

function transactions({ transactions: all }: PageView, texts: Texts): Html {
  return html`<details id="transactions">
    <summary>${texts.say('transactions')}</summary>
    <ul class="transactions">
      ${all.map(({ hash, url }) => html`<li><bdi dir="ltr">${url === null ? html`<code>${hash}</code>` : html`<a href="${url}" rel="noopener noreferrer" target="_blank"><code>${hash}</code></a>`}</bdi></li>`)}
    </ul>
  </details>`;
}

function payment(view: PageView, texts: Texts, pageUrl: string | null): Html {
  const { options } = view;
  if (!isPayable(view.situation)) return html`<div id="payment" data-live hidden></div>`;
  return html`<div id="payment" data-live>
    <section aria-label="${texts.say('payment_details')}">
      ${
        options.length < 2
          ? html`<input
              type="radio"
              name="option"
              value="${view.chosen}"
              checked
              hidden
              aria-hidden="true"
              tabindex="-1"
            />`
          : html`<form method="post" action="/pay/${view.token}/choose" id="choose">
              <fieldset class="options">
                <legend>${texts.say('choose')}</legend>
                ${options.map(
                  (option) =>
                    html`<label class="option"
                      ><input
                        type="radio"
                        name="option"
                        id="option-${option.id}"
                        value="${option.id}"
                        ${checked(option.id === view.chosen)}
                      />
                      <span class="option-text"
                        ><b><bdi>${option.symbol}</bdi></b>
                        <span class="muted">${strangersText(option.network)}</span></span
                      >
                      <bdi class="option-amount" dir="ltr">${option.amountDue}</bdi></label
                    >`,
                )}
              </fieldset>
              <noscript><button class="button">${texts.say('show_option')}</button></noscript>
            </form>`
      }
      ${options.map((option) => optionDetails(option, view, texts, pageUrl))}
      ${view.canPayFromDevChain ? devChain(view, texts) : null}
    </section>
  </div>`;
}

function optionDetails(option: PageOption, view: PageView, texts: Texts, pageUrl: string | null): Html {
  const isPart = view.situation === 'part_paid';
  return html`<div
    class="details"
    data-option="${option.id}"
    ${option.id === view.chosen ? null : html` hidden`}
  >
    <p class="label">${texts.say(isPart ? 'amount_remaining' : 'amount_exact')}</p>
    <p class="amount">
      <bdi dir="ltr"><b>${option.amountDue}</b> ${option.symbol}</bdi>
      ${copyButton(option.amountDue, 'copy_amount', option.id, texts)}
    </p>
    <p class="label">${texts.say('on_network')}</p>
    <p class="network">
      <b>${strangersText(option.network)}</b>
      <span class="muted">${texts.say('chain_id', { chain_id: String(option.chainId) })}</span>
    </p>
    <p class="label">${texts.say('to_address')}</p>
    <p class="address">
      <code dir="ltr">${view.address}</code> ${copyButton(view.address, 'copy_address', option.id, texts)}
    </p>
    <p class="notice">${texts.say('only_this', { symbol: option.symbol, network: plain(option.network) })}</p>
    ${qrCodes(option, view, texts, pageUrl)}
  </div>`;
}

function qrCodes(option: PageOption, view: PageView, texts: Texts, pageUrl: string | null): Html {
  const forms = [
    { name: 'address', data: view.address },
    { name: 'request', data: option.paymentUri },
    ...(pageUrl === null ? [] : [{ name: 'page', data: pageUrl }]),
  ];
  return html`<fieldset class="qr">
    <legend>${texts.say('qr_heading')}</legend>
    <div class="qr-forms">
      ${forms.map(({ name }, index) => html`<label><input type="radio" name="qr-${option.id}" value="${name}" id="qr-${name}-${option.id}" ${checked(index === 0)} /> <span>${texts.say(`qr_${name}`)}</span></label>`)}
    </div>
    ${forms.map(
      ({ name, data }) =>
        html`<figure class="qr-${name}">
          ${qrCode(data, texts.say(`qr_${name}`))}
          <figcaption>${texts.say(`qr_${name}_hint`, { network: plain(option.network) })}</figcaption>
        </figure>`,
    )}
  </fieldset>`;
}

function copyButton(text: string, key: string, id: string, texts: Texts): Html {
  return html`<button type="button" class="button is-copy" data-copy="${text}" id="${key}-${id}">
    <span data-copy-label>${texts.say(key)}</span>
  </button>`;
}

function devChain(view: PageView, texts: Texts): Html {
  return html`<form method="post" action="/pay/${view.token}/dev-payment" class="dev-chain">
    <p>${texts.say('dev_note')}</p>
    <input type="hidden" name="option" value="${view.chosen}" />
    <button class="button">${texts.say('dev_pay')}</button>
  </form>`;
}

function check(view: PageView, texts: Texts): Html {
  const { checked: result } = view;
  return html`<details class="check" id="check-details" ${result === null ? null : html` open`}>
    <summary>${texts.say('check_heading')}</summary>
    ${result === null ? null : html`<p class="notice" role="status">${texts.say(`check_${result}`)}</p>`}
    <form method="post" action="/pay/${view.token}/check">
      <label for="tx-hash">${texts.say('check_label')}</label>
      <input
        id="tx-hash"
        name="tx_hash"
        dir="ltr"
        autocomplete="off"
        spellcheck="false"
        pattern="0x[0-9a-fA-F]{64}"
        required
      />
      <button class="button">${texts.say('check_button')}</button>
    </form>
  </details>`;
}

function footer({ cancelUrl }: PageView, texts: Texts): Html {
  return html`<footer id="footer" data-live>
    ${cancelUrl === null ? null : html`<a href="${cancelUrl}">${texts.say('cancel')}</a>`}
  </footer>`;
}

function checked(isChecked: boolean): Html | null {
  return isChecked ? html` checked` : null;
}

function hasArrived(situation: Situation): boolean {
  return situation === 'done' || situation === 'too_much' || situation === 'seen';
}

function isFinal(situation: Situation): boolean {
  return situation === 'done' || situation === 'failed' || situation === 'cancelled';
}

/** Where no element of its own can hold a text: without marks that turn what is around it. */
function plain(text: string): string {
  return text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}

function utcTime(iso: string): string {
  return `${iso.slice(11, 16)} UTC`;
}
