import { type Texts } from '../../../src/checkout/page/texts.js';
import { element, fill } from '../elements.js';
import { type PageState, type PayOption } from '../page-state.js';
import { appLinksFor } from './app-links.js';
import { discoverWallets } from './discovery.js';
import { payBy, type PayStep } from './pay.js';
import { type Wallet } from './provider.js';
import { SentNotes } from './sent-note.js';
import { type WalletFailure, walletError } from './wallet-error.js';

/** A wallet may wait for its owner; after this long we say where to look, and offer to stop waiting. */
const SLOW_MS = 15_000;

const STEP_TEXT = {
  connect: 'wallet_connect',
  switch: 'wallet_switch',
  confirm: 'wallet_confirm',
} as const satisfies Record<PayStep, string>;

const FAILURE_TEXT = {
  refused: 'wallet_refused',
  request_open: 'wallet_request_open',
  no_account: 'wallet_no_account',
  unknown_chain: 'wallet_unknown_chain',
  wrong_chain: 'wallet_wrong_chain',
  changed: 'wallet_changed',
  no_answer: 'wallet_stopped',
  wallet_failed: 'wallet_failed',
} as const satisfies Record<WalletFailure, string>;

export interface PanelContext {
  place: HTMLElement;
  texts: Texts;
  state: () => PageState;
  option: () => PayOption | null;
  /** Asks the server what is due now. */
  refresh: () => Promise<void>;
}

/** The part of the page where a wallet pays. */
export class WalletPanel {
  private wallets: Wallet[] = [];
  private readonly list = element('div', { class: 'wallet-list' });
  private readonly message = element('p', { class: 'wallet-message', role: 'status' });
  private readonly actions = element('div', { class: 'wallet-actions' });
  private readonly notes: SentNotes;
  private isBusy = false;

  constructor(private readonly context: PanelContext) {
    this.notes = new SentNotes(`quittance:${location.pathname}`, () => this.show());
    context.place.append(this.list, this.message, this.actions);
    discoverWallets(window, (wallets) => {
      this.wallets = wallets;
      this.show();
    });
  }

  /** After anything has changed. */
  show(): void {
    const { place, state, option } = this.context;
    const note = this.notes.openAt(state().received);
    place.hidden = !state().isPayable || option() === null;
    if (this.isBusy) return;
    if (note) this.showSent();
    else fill(this.list, ...this.offers());
    place.hidden ||= !note && this.list.childElementCount === 0;
  }

  private offers(): Node[] {
    const { texts } = this.context;
    // Wallets do not inject into iframes, and a stranger's page around ours could cover what they show.
    if (window.self !== window.top)
      return [
        element(
          'a',
          { class: 'button', href: location.href, target: '_blank', rel: 'noopener' },
          texts.say('wallet_new_tab'),
        ),
      ];
    if (this.wallets.length > 0) return this.wallets.map((wallet) => this.walletButton(wallet));
    // A link to an app is of use where apps are: on what is touched.
    if (!matchMedia('(pointer: coarse)').matches) return [];
    const chains = this.context.state().options.map(({ chainId }) => chainId);
    const links = appLinksFor(chains).map(({ name, href }) =>
      element(
        'a',
        { class: 'button', href: href(new URL(location.href)) },
        ...texts.parts('wallet_app', { wallet: verbatim(name) }),
      ),
    );
    return [element('p', {}, texts.say('wallet_apps')), ...links];
  }

  private walletButton(wallet: Wallet): HTMLElement {
    const { texts } = this.context;
    const label =
      wallet.name === null
        ? [texts.say('wallet_button_unnamed')]
        : texts.parts('wallet_button', { wallet: verbatim(isolated(wallet.name)) });
    const button = element('button', { type: 'button', class: 'button' }, element('span', {}, ...label));
    if (wallet.icon) button.prepend(element('img', { src: wallet.icon, alt: '', width: '24', height: '24' }));
    button.addEventListener('click', () => void this.pay(wallet));
    return button;
  }

  private async pay(wallet: Wallet): Promise<void> {
    const { option, state, refresh } = this.context;
    const chosen = option();
    if (this.isBusy || !chosen) return;
    this.isBusy = true;
    fill(this.list);
    const waiting = new AbortController();
    const stop = element(
      'button',
      { type: 'button', class: 'button is-quiet' },
      this.context.texts.say('wallet_stop'),
    );
    stop.addEventListener('click', () => waiting.abort());
    let slow: ReturnType<typeof setTimeout> | undefined;
    try {
      const hash = await payBy({
        provider: wallet.provider,
        chainId: chosen.chainId,
        addable: chosen.addable,
        signal: waiting.signal,
        sentLate: (late) => {
          this.notes.keep({ hash: late, receivedBefore: state().received });
          this.show();
        },
        tell: (step) => {
          clearTimeout(slow);
          this.say(STEP_TEXT[step]);
          slow = setTimeout(() => this.say('wallet_slow'), SLOW_MS);
          fill(this.actions, stop);
          stop.focus();
        },
        transfer: async () => {
          const before = chosen.amountDue;
          await refresh();
          const now = option();
          const isSame = now?.id === chosen.id && now.amountDue === before;
          if (!state().isPayable || !isSame || this.notes.openAt(state().received)) return null;
          return { chainId: now.chainId, to: state().address, token: now.token, amount: now.amountDue };
        },
      });
      this.notes.keep({ hash, receivedBefore: state().received });
      this.end();
    } catch (thrown) {
      this.end();
      const { failure, said } = walletError(thrown);
      this.say(FAILURE_TEXT[failure], said);
    } finally {
      clearTimeout(slow);
    }
  }

  private end(): void {
    const hadFocus = this.actions.contains(document.activeElement);
    this.isBusy = false;
    this.message.textContent = '';
    fill(this.actions);
    this.show();
    // Who used the keyboard goes on from where they were.
    if (hadFocus) this.context.place.querySelector<HTMLElement>('a, button')?.focus();
  }

  private showSent(): void {
    fill(this.list);
    this.say('wallet_sent');
    const again = element(
      'button',
      { type: 'button', class: 'button is-quiet' },
      this.context.texts.say('wallet_again'),
    );
    again.addEventListener('click', () => {
      this.notes.keep(null);
      this.end();
    });
    fill(this.actions, again);
  }

  private say(key: string, reason: string | null = null): void {
    const { texts, option } = this.context;
    const chosen = option();
    const line = texts.parts<Node | string>(key, {
      network: verbatim(chosen?.network ?? ''),
      chain_id: String(chosen?.chainId ?? ''),
    });
    if (reason) line.push(' ', texts.say('wallet_said', { reason: isolated(reason) }));
    fill(this.message, ...line);
  }
}

/** Names of networks and wallets are kept from the browser's translation. */
function verbatim(name: string): HTMLElement {
  return element('span', { translate: 'no' }, name);
}

/** A stranger's text turns nothing around it: without direction marks of its own, and isolated (U+2068, U+2069). */
function isolated(text: string): string {
  return `\u2068${text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')}\u2069`;
}
