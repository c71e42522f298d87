import { ServerClock } from './clock.js';
import { enableCopying } from './copy.js';
import { startCountdown } from './countdown.js';
import { tellOpener } from './embed/tell-opener.js';
import { follow } from './live.js';
import { type PageData, readPageData } from './page-data.js';
import { chosenOption, replaceLiveParts } from './page-parts.js';
import { Texts } from './texts.js';
import { WalletPanel } from './wallets/panel.js';

/**
 * Makes the page that the server rendered live. What is shown stays the server's: on news the page is fetched again and
 * its live parts are put in place, so that no rule of what a payment's state means is written twice.
 */
function start(first: PageData): void {
  let data = first;
  const clock = new ServerClock();
  const texts = new Texts(data.texts, document.documentElement.lang);
  const announcer = document.getElementById('announcer');
  const announce = (text: string) => {
    if (announcer) announcer.textContent = text;
  };

  const refresh = async (signal = AbortSignal.timeout(10_000)): Promise<void> => {
    const answer = await fetch(location.href, { cache: 'no-store', credentials: 'omit', signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = readPageData(fresh);
    // An answer that was overtaken by a newer one says nothing.
    if (!next || next.version < data.version) return;
    data = next;
    clock.set(data.now);
    const said = replaceLiveParts(document, fresh);
    if (said) announce(said);
    showOption();
    panel?.show();
    tellOpener(data.embedOrigins, data.state.paymentId, data.state.status);
  };

  const place = document.getElementById('wallets');
  const panel = place
    ? new WalletPanel({
        place,
        texts,
        state: () => data.state,
        option: () => data.state.options.find(({ id }) => id === chosenOption(document)) ?? null,
        refresh,
      })
    : null;
  const showOption = () => {
    const chosen = chosenOption(document);
    for (const part of document.querySelectorAll<HTMLElement>('[data-option]'))
      part.hidden = part.dataset.option !== chosen;
  };
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.name !== 'option') return;
    showOption();
    panel?.show();
  });

  document.documentElement.classList.add('is-live');
  clock.set(data.now);
  showOption();
  enableCopying(texts.say('copied'), announce);
  startCountdown(clock, texts.language, () => void refresh().catch(() => undefined));
  tellOpener(data.embedOrigins, data.state.paymentId, data.state.status);
  follow({
    eventsUrl: data.eventsUrl,
    refresh,
    tellConnected: (isConnected) => {
      const notice = document.getElementById('offline');
      if (notice && notice.hidden !== isConnected) {
        notice.hidden = isConnected;
        if (!isConnected) announce(texts.say('offline'));
      }
    },
  });
}

const data = readPageData(document);
if (data) start(data);
