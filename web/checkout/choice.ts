import { within } from './time-limit.js';

const ANSWER_TIMEOUT_MS = 10_000;
/** Whoever tries several by the keyboard passes over some of them. */
const SETTLED_MS = 500;

/** What the customer pays with: kept by the server, so that a reload, another tab and the shop see the same. */
export class Choice {
  /** Chosen here, and not known to the server yet; null: what it shows is right. */
  private unsaved: HTMLInputElement | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  store(input: HTMLInputElement): void {
    this.unsaved = input;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(input), SETTLED_MS);
  }

  /** On a page that the server has rendered anew before it knew. */
  restore(): void {
    const input = this.unsaved && document.getElementById(this.unsaved.id);
    if (input instanceof HTMLInputElement) input.checked = true;
  }

  /** One that could not be sent stays as it is chosen here, and is sent again with the next one. */
  private async send({ form, value }: HTMLInputElement): Promise<void> {
    if (!form) return;
    try {
      const body = new URLSearchParams({ option: value });
      const answer = await within(ANSWER_TIMEOUT_MS, (signal) =>
        fetch(form.action, { method: 'POST', body, credentials: 'omit', signal }),
      );
      if (answer.ok && this.unsaved?.value === value) this.unsaved = null;
    } catch {
      // The page tells of a lost connection by itself.
    }
  }
}
