import { Texts } from '../../src/checkout/page/texts.js';
import { Choice } from './choice.js';
import { ServerClock } from './clock.js';
import { enableCopying } from './copy.js';
import { showCountdown } from './countdown.js';
import { tellOpener } from './embed/tell-opener.js';
import { follow } from './live.js';
import { LiveParts } from './live-parts.js';
import { type PageState, readPageState } from './page-state.js';
import { within } from './time-limit.js';
import { WalletPanel } from './wallets/panel.js';

const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Makes the page that the server rendered live. What is shown stays the server's: on news the page is fetched again and
 * its live parts are put in place, so that no rule of what a payment's state means is written twice.
 */
function start(first: PageState): void {
  let data = first;
  const choice = new Choice();
  const parts = new LiveParts(document, () => {
    choice.restore();
    showOption();
    tick();
  });
  const clock = new ServerClock();
  const texts = new Texts(data.texts, document.documentElement.lang);
  const announcer = document.getElementById('announcer');
  const announce = (text: string) => {
    if (announcer) announcer.textContent = text;
  };

  const tick = () => showCountdown(clock, texts.language, () => void refresh().catch(() => undefined));

  const refresh = async (): Promise<void> => {
    const fresh = new DOMParser().parseFromString(await newest(), 'text/html');
    const next = readPageState(fresh);
    // A captive portal's page, or a proxy's, which tells nothing of the payment however well it came through.
    if (next?.paymentId !== data.paymentId) throw new Error('not this page');
    // An answer that was overtaken by a newer one says nothing.
    if (next.version < data.version) return;
    data = next;
    clock.set(data.now);
    const said = parts.replaceFrom(fresh);
    if (said) announce(said);
    panel?.show();
    tellOpener(data.embedOrigins, data.paymentId, data.status);
  };

  const place = document.getElementById('wallets');
  const panel = place
    ? new WalletPanel({
        place,
        texts,
        state: () => data,
        option: () => data.options.find(({ id }) => id === chosenOption()) ?? null,
        refresh,
      })
    : null;
  const showOption = () => {
    const chosen = chosenOption();
    for (const part of document.querySelectorAll<HTMLElement>('[data-option]'))
      part.hidden = part.dataset.option !== chosen;
  };
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.name !== 'option') return;
    choice.store(target);
    showOption();
    panel?.show();
  });

  document.documentElement.classList.add('is-live');
  clock.set(data.now);
  showOption();
  tick();
  setInterval(tick, 1_000);
  enableCopying({ copied: texts.say('copied'), byHand: texts.say('copy_by_hand') }, announce);
  tellOpener(data.embedOrigins, data.paymentId, data.status);
  follow({
    eventsUrl: data.eventsUrl,
    shown: () => data.mark,
    refresh,
    tellConnected: (isConnected) => {
      const notice = document.getElementById('offline');
      if (notice && notice.hidden !== isConnected) {
        notice.hidden = isConnected;
        // Written here alone: browsers without scripts show what is hidden (w3m, links).
        notice.textContent = isConnected ? '' : texts.say('offline');
        if (!isConnected) announce(notice.textContent);
      }
    },
  });
}

/** The page as the server has it now. */
function newest(): Promise<string> {
  return within(ANSWER_TIMEOUT_MS, async (signal) => {
    const answer = await fetch(location.href, { cache: 'no-store', credentials: 'omit', signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.text();
  });
}

/** @returns the id of the option that the customer has chosen */
function chosenOption(): string | null {
  return document.querySelector<HTMLInputElement>('input[name="option"]:checked')?.value ?? null;
}

const data = readPageState(document);
if (data) start(data);
