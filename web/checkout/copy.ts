const SHOWN_MS = 2_500;

/** Buttons with `data-copy` copy that text, and say so on themselves and in the live region. */
export function enableCopying(copied: string, announce: (text: string) => void): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-copy]') : null;
    if (!button) return;
    void copy(button.dataset.copy ?? '').then((isCopied) => {
      if (!isCopied) return;
      const label = button.querySelector('[data-copy-label]') ?? button;
      const before = label.textContent;
      label.textContent = copied;
      button.classList.add('is-copied');
      announce(copied);
      setTimeout(() => {
        label.textContent = before;
        button.classList.remove('is-copied');
      }, SHOWN_MS);
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
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
