/**
 * For a shop's page: opens a pay page over it, or in a tab, and tells the shop how it went. What it tells is for showing
 * only; a shop delivers on the webhook, or on the signed return.
 *
 *   <script src="https://pay.example/quittance.js" async></script>
 *   <button data-quittance="https://pay.example/pay/TOKEN">Pay</button>
 */
type Status = string;

interface Result {
  payment_id: string;
  status: Status;
}

interface Options {
  /** A tab where overlays do not fit; the overlay is the default. */
  mode?: 'overlay' | 'tab';
  /** On each change of the payment. */
  onStatus?: (result: Result) => void;
  /** The customer closed it; with what was heard last. */
  onClose?: (last: Result | null) => void;
  /** What the closing button is called for those who do not see it. */
  closeLabel?: string;
}

const own = new URL((document.currentScript as HTMLScriptElement).src).origin;

/** @throws TypeError when the address is not of the server that this script came from */
function open(payUrl: string, options: Options = {}): void {
  const url = new URL(payUrl);
  if (url.origin !== own) throw new TypeError(`${url.origin} is not where quittance.js came from (${own})`);
  // Dialogs came to Safari with 15.4.
  if (options.mode === 'tab' || !('showModal' in document.createElement('dialog'))) openTab(url, options);
  else openOverlay(url, options);
}

function openTab(url: URL, options: Options): void {
  const tab = window.open(url.href, '_blank');
  // A browser that blocks it still brings the customer to where they can pay.
  if (!tab) return location.assign(url.href);
  const { last, stop } = listen(() => tab, options);
  const timer = setInterval(() => {
    if (!tab.closed) return;
    clearInterval(timer);
    stop();
    options.onClose?.(last());
  }, 500);
}

function openOverlay(url: URL, options: Options): void {
  // The browser keeps the focus inside a modal dialog, and closes it on Escape.
  const dialog = document.createElement('dialog');
  const frame = document.createElement('iframe');
  const close = document.createElement('button');
  // Set one by one through the object model: a shop's content policy may allow no inline style.
  Object.assign(dialog.style, {
    position: 'fixed',
    top: '0',
    right: '0',
    bottom: '0',
    left: '0',
    margin: 'auto',
    padding: '0',
    border: '0',
    borderRadius: '12px',
    width: 'min(30rem, 100vw)',
    height: 'min(52rem, 100vh)',
    maxWidth: '100vw',
    maxHeight: '100vh',
    overflow: 'hidden',
    background: 'Canvas',
  });
  Object.assign(frame.style, { width: '100%', height: '100%', border: '0', display: 'block' });
  Object.assign(close.style, {
    position: 'absolute',
    top: '8px',
    [getComputedStyle(document.body).direction === 'rtl' ? 'left' : 'right']: '8px',
    width: '44px',
    height: '44px',
    font: '24px/1 system-ui, sans-serif',
    color: 'CanvasText',
    background: 'Canvas',
    border: '1px solid',
    borderRadius: '50%',
    cursor: 'pointer',
  });
  frame.allow = 'clipboard-write';
  frame.title = 'Quittance';
  frame.src = url.href;
  close.type = 'button';
  // Else the frame has the focus from the start, and keeps Escape to itself.
  close.autofocus = true;
  close.textContent = '×';
  close.setAttribute('aria-label', options.closeLabel ?? 'Close');
  dialog.append(close, frame);
  document.body.append(dialog);
  const { last, stop } = listen(() => frame.contentWindow, options);
  // eslint-disable-next-line browsers/known-to-browsers -- `open` has asked whether there are dialogs.
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    stop();
    dialog.remove();
    options.onClose?.(last());
  });
  // eslint-disable-next-line browsers/known-to-browsers -- The same.
  dialog.showModal();
}

/** Hears only the window that was opened, and only while it shows a page of our server. */
function listen(source: () => Window | null, { onStatus }: Options) {
  let last: Result | null = null;
  const hear = ({ origin, source: from, data }: MessageEvent<unknown>) => {
    if (origin !== own || from !== source() || typeof data !== 'object' || data === null) return;
    const { payment_id, status } = data as Record<string, unknown>;
    if (typeof payment_id !== 'string' || typeof status !== 'string') return;
    last = { payment_id, status };
    onStatus?.(last);
  };
  addEventListener('message', hear);
  return { last: () => last, stop: () => removeEventListener('message', hear) };
}

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('[data-quittance]') : null;
  if (!(button instanceof HTMLElement) || event.defaultPrevented) return;
  event.preventDefault();
  const tell = (name: string, detail: Result | null) =>
    button.dispatchEvent(new CustomEvent(`quittance:${name}`, { bubbles: true, detail }));
  open(button.dataset.quittance ?? '', {
    mode: button.dataset.quittanceMode === 'tab' ? 'tab' : 'overlay',
    closeLabel: button.dataset.quittanceClose,
    onStatus: (result) => tell('status', result),
    onClose: (result) => tell('close', result),
  });
});

Object.assign(window, { Quittance: Object.freeze({ open }) });
