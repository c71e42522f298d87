import { brandHead, brandLinks, brandLogo } from './brand.js';
import { type PageAssets, pageDocument } from './document.js';
import { html, type Html, jsonBlock, plainText, verbatim, verbatimLtr } from './html.js';
import { pageData } from './page-data.js';
import { pagePath } from './page-path.js';
import { isPayable, type PageView, type Situation } from './page-view.js';
import { paymentDetails } from './payment-details.js';
import { type PageLanguage, Texts } from './texts.js';
import { HASH_PATTERN } from './written-hash.js';

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
  const path = (below: string) => pagePath(view.token, language, below);
  const say = (key: string, values = {}) => texts.say(key, values);
  return pageDocument(language, assets, {
    title: say('title', { merchant: plainText(view.merchant) }),
    description: say('description'),
    head: html`
      ${brandHead(view.brand)} ${assets && html`<script type="module" src="${assets.script}"></script>`}
      ${isFinal(view.situation) ? null : html`<noscript><meta http-equiv="refresh" content="${RELOAD_S}" /></noscript>`}
    `,
    body: html`<main>
        ${header(view, texts)}
        <p id="offline" class="notice" hidden></p>
        ${status(view, texts)} ${paymentDetails(view, texts, { path, url: pageUrl })}
        <section id="wallets" class="wallets" aria-label="${say('wallet_heading')}" hidden></section>
        <div id="check" data-live>
          ${hasArrived(view.situation) ? null : check(view, texts, path('/check'))}
        </div>
        ${footer(view, texts)}
      </main>
      <p id="announcer" class="visually-hidden" role="status" aria-live="polite"></p>
      <script type="application/json" id="page-data">
        ${jsonBlock(pageData(view, language.texts))}
      </script>`,
  });
}

function header(view: PageView, texts: Texts): Html {
  return html`<header>
    ${brandLogo(view.brand)}
    <h1>${texts.say('pay_to')} ${verbatim(view.merchant)}</h1>
    ${view.reference === null ? null : html`<p class="muted">${verbatim(view.reference)}</p>`}
    ${view.price === null ? null : html`<p class="price">${verbatimLtr(view.price)}</p>`}
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
    return html`${texts.say('state_part_paid_hint')} ${verbatimLtr(received.text)}`;
  if (situation === 'seen') {
    if (!confirmations || confirmations.required === null) return texts.say('state_seen_final_hint');
    return texts.say('state_seen_hint', { count: confirmations.count, required: confirmations.required });
  }
  if (situation === 'elsewhere')
    return html`${texts.say('state_elsewhere_hint')}
    ${elsewhere.map(({ amount, symbol, network }) => html`${verbatimLtr(amount, ' ', symbol)} (${verbatim(network)}) `)}`;
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
      ${all.map(({ hash, url }) => html`<li>${verbatimLtr(url === null ? html`<code>${hash}</code>` : html`<a href="${url}" rel="noopener noreferrer" target="_blank"><code>${hash}</code></a>`)}</li>`)}
    </ul>
  </details>`;
}

function check(view: PageView, texts: Texts, action: string): Html {
  const { checked: result } = view;
  return html`<details class="check" id="check-details" ${result === null ? null : html` open`}>
    <summary>${texts.say('check_heading')}</summary>
    ${result === null ? null : html`<p class="notice" role="status">${texts.say(`check_${result}`)}</p>`}
    <form method="post" action="${action}">
      <label for="tx-hash">${texts.say('check_label')}</label>
      <input
        id="tx-hash"
        name="tx_hash"
        dir="ltr"
        autocomplete="off"
        spellcheck="false"
        pattern="${HASH_PATTERN}"
        required
      />
      <button class="button">${texts.say('check_button')}</button>
    </form>
  </details>`;
}

function footer({ cancelUrl, brand }: PageView, texts: Texts): Html {
  return html`<footer id="footer" data-live>
    ${cancelUrl === null ? null : html`<a href="${cancelUrl}">${texts.say('cancel')}</a>`}
    ${brandLinks(brand, texts)}
  </footer>`;
}

function hasArrived(situation: Situation): boolean {
  return situation === 'done' || situation === 'too_much' || situation === 'seen';
}

function isFinal(situation: Situation): boolean {
  return situation === 'done' || situation === 'failed' || situation === 'cancelled';
}

function utcTime(iso: string): string {
  return `${iso.slice(11, 16)} UTC`;
}
