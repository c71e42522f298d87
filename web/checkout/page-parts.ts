/**
 * Puts the live parts (`[data-live]`, found by id) of a newer copy of the page in the place of ours. Parts that say the
 * same stay untouched, and with them the focus and what is selected in them.
 * @returns what a screen reader is to be told, null where it is what was said last
 */
export function replaceLiveParts(page: Document, fresh: Document): string | null {
  let said: string | null = null;
  for (const part of page.querySelectorAll<HTMLElement>('[data-live]')) {
    const newer = fresh.getElementById(part.id);
    if (!newer || newer.innerHTML === part.dataset.shown || newer.isEqualNode(part)) continue;
    const chosen = chosenOption(page);
    const focused = page.activeElement;
    const focusedId = focused && part.contains(focused) ? focused.id : '';
    const before = headingOf(part);
    part.replaceChildren(...newer.childNodes);
    for (const { name, value } of newer.attributes) part.setAttribute(name, value);
    if (chosen) choose(page, chosen);
    if (focusedId) page.getElementById(focusedId)?.focus();
    const after = headingOf(part);
    if (after !== before) said = after;
  }
  return said;
}

function headingOf(part: HTMLElement): string | null {
  return part.querySelector('[data-say]')?.textContent?.trim() ?? null;
}

/** @returns the id of the option that the customer has chosen */
export function chosenOption(page: Document): string | null {
  return page.querySelector<HTMLInputElement>('input[name="option"]:checked')?.value ?? null;
}

function choose(page: Document, id: string): void {
  const inputs = [...page.querySelectorAll<HTMLInputElement>('input[name="option"]')];
  const input = inputs.find(({ value }) => value === id);
  if (input) input.checked = true;
}
