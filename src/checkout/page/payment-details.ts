import { html, type Html, verbatim, verbatimLtr } from './html.js';
import { isPayable, type PageOption, type PageView } from './page-view.js';
import { qrCode } from './qr-code.js';
import { type Texts } from './texts.js';

/** Where the page and what is below it are. */
export interface PageAddresses {
  path: (below: string) => string;
  /** As browsers reach it; null: that is not known. */
  url: string | null;
}

/** What to send, where to, and how: for as long as more is waited for. */
export function paymentDetails(view: PageView, texts: Texts, { path, url: pageUrl }: PageAddresses): Html {
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
          : html`<form method="post" action="${path('/choose')}" id="choose">
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
                        ><b>${verbatim(option.symbol)}</b>
                        <span class="muted">${verbatim(option.network)}</span></span
                      >
                      <bdi class="option-amount" dir="ltr" translate="no">${option.amountDue}</bdi></label
                    >`,
                )}
              </fieldset>
              <noscript><button class="button">${texts.say('show_option')}</button></noscript>
            </form>`
      }
      ${options.map((option) => optionDetails(option, view, texts, pageUrl))}
      ${view.canPayFromDevChain ? devChain(view, texts, path('/dev-payment')) : null}
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
      ${verbatimLtr(html`<b data-copy-source>${option.amountDue}</b>`, ' ', option.symbol)}
      ${copyButton(option.amountDue, 'copy_amount', option.id, texts)}
    </p>
    <p class="label">${texts.say('on_network')}</p>
    <p class="network">
      <b>${verbatim(option.network)}</b>
      <span class="muted">${texts.say('chain_id', { chain_id: String(option.chainId) })}</span>
    </p>
    <p class="label">${texts.say('to_address')}</p>
    <p class="address">
      <code dir="ltr" translate="no" data-copy-source>${view.address}</code>
      ${copyButton(view.address, 'copy_address', option.id, texts)}
    </p>
    <p class="notice">
      ${texts.parts('only_this', { symbol: verbatim(option.symbol), network: verbatim(option.network) })}
    </p>
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
      ${forms.map(
        ({ name }, index) =>
          html`<input
              type="radio"
              name="qr-${option.id}"
              value="${name}"
              id="qr-${name}-${option.id}"
              ${checked(index === 0)}
            /><label for="qr-${name}-${option.id}">${texts.say(`qr_${name}`)}</label>`,
      )}
      ${forms.map(
        ({ name, data }) =>
          html`<figure class="qr-${name}">
            ${qrCode(data, texts.say(`qr_${name}`))}
            <figcaption>${texts.parts(`qr_${name}_hint`, { network: verbatim(option.network) })}</figcaption>
          </figure>`,
      )}
    </div>
  </fieldset>`;
}

function copyButton(text: string, key: string, id: string, texts: Texts): Html {
  return html`<button type="button" class="button is-copy" data-copy="${text}" id="${key}-${id}">
    <span data-copy-label>${texts.say(key)}</span>
  </button>`;
}

function devChain(view: PageView, texts: Texts, action: string): Html {
  return html`<form method="post" action="${action}" class="dev-chain">
    <p>${texts.say('dev_note')}</p>
    <input type="hidden" name="option" value="${view.chosen}" />
    <button class="button">${texts.say('dev_pay')}</button>
  </form>`;
}

function checked(isChecked: boolean): Html | null {
  return isChecked ? html` checked` : null;
}
