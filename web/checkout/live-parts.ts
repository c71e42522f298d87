import { fill } from './elements.js';

/**
 * The parts of the page that newer copies of it replace (`[data-live]`, found by id). A part that the server has rendered
 * as before stays untouched, and with it the focus, what is opened and what is selected in it.
 */
export class LiveParts {
  private readonly rendered = new Map<string, string>();

  /** To be made before anything changes the page. */
  constructor(
    private readonly page: Document,
    /** Brings new parts to what is chosen and what time it is, before the focus returns to where it was. */
    private readonly settle: () => void,
  ) {
    for (const part of this.all()) this.rendered.set(part.id, part.outerHTML);
  }

  /** @returns what a screen reader is to be told, null where it is what was said last */
  replaceFrom(fresh: Document): string | null {
    let said: string | null = null;
    for (const part of this.all()) {
      const newer = fresh.getElementById(part.id);
      const markup = newer?.outerHTML ?? '';
      if (markup === this.rendered.get(part.id)) continue;
      this.rendered.set(part.id, markup);
      const before = headingOf(part);
      this.keepingPlace(part, () => {
        part.hidden = !newer;
        fill(part, ...(newer?.childNodes ?? []));
        for (const { name, value } of newer?.attributes ?? []) part.setAttribute(name, value);
      });
      const after = headingOf(part);
      if (after !== before) said = after;
    }
    return said;
  }

  /** What the customer has opened and focused is so afterwards too; what they pay with is kept by the server. */
  private keepingPlace(part: HTMLElement, replace: () => void): void {
    const focused = this.page.activeElement;
    const focusedId = focused && part.contains(focused) ? focused.id : '';
    const checked = [...part.querySelectorAll<HTMLInputElement>('input:checked[id]:not([name="option"])')];
    const opened = [...part.querySelectorAll<HTMLDetailsElement>('details[open][id]')].map(({ id }) => id);
    replace();
    for (const { id } of checked) {
      const input = this.page.getElementById(id);
      if (input instanceof HTMLInputElement) input.checked = true;
    }
    for (const id of opened) this.page.getElementById(id)?.setAttribute('open', '');
    this.settle();
    if (focusedId) this.page.getElementById(focusedId)?.focus();
  }

  private all(): HTMLElement[] {
    return [...this.page.querySelectorAll<HTMLElement>('[data-live][id]')];
  }
}

function headingOf(part: HTMLElement): string | null {
  return part.querySelector('[data-say]')?.textContent?.trim() ?? null;
}
