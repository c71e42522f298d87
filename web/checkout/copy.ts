const SHOWN_MS = 2_500;

/** What buttons that copy say of how it went. */
export interface CopyTexts {
  copied: string;
  /** Where the browser copies nothing: what is to be copied is selected then. */
  byHand: string;
}

/** What is said on a button in place of its own label, until when. */
interface Said {
  label: string | null;
  timer: ReturnType<typeof setTimeout>;
}

/** Buttons with `data-copy` copy that text, and say so on themselves and in the live region. */
export function enableCopying({ copied, byHand }: CopyTexts, announce: (text: string) => void): void {
  const saying = new Map<Element, Said>();

  const say = (button: Element, text: string, isCopied: boolean) => {
    const label = button.querySelector('[data-copy-label]') ?? button;
    const before = saying.get(button);
    clearTimeout(before?.timer);
    // Pressed again while it says how it went: what it says now is not its label.
    const own = before ? before.label : label.textContent;
    label.textContent = text;
    button.classList.toggle('is-copied', isCopied);
    announce(text);
    const timer = setTimeout(() => {
      saying.delete(button);
      label.textContent = own;
      button.classList.remove('is-copied');
    }, SHOWN_MS);
    saying.set(button, { label: own, timer });
  };

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-copy]') : null;
    if (!button) return;
    void copy(button.dataset.copy ?? '').then((isCopied) => {
      if (!isCopied) selectBeside(button);
      say(button, isCopied ? copied : byHand, isCopied);
    });
  });
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** For pages over plain HTTP, old in-app browsers, and iframes without the permission. */
function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  // Else phones open the keyboard for it.
  field.readOnly = true;
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  field.setSelectionRange(0, text.length);
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}

/** The clipboard still has what it had, which may be another address: what is to be copied is made ready for the customer's own hand. */
function selectBeside(button: HTMLElement): void {
  const text = button.parentElement?.querySelector('[data-copy-source]');
  if (text) getSelection()?.selectAllChildren(text);
}
