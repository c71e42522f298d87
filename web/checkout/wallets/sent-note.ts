/** A transaction that a wallet has sent from this browser and that the server has not seen yet. */
export interface SentNote {
  hash: string;
  /** What had been received when it was sent: once that changes, the note has done its work. */
  receivedBefore: string;
}

/**
 * Kept in the browser, so that neither a reload nor a second tab invites to pay twice. A browser that keeps nothing
 * (private windows) remembers it for as long as the page is open.
 */
export class SentNotes {
  private current: SentNote | null;

  constructor(
    private readonly key: string,
    changed: () => void,
  ) {
    this.current = this.stored();
    addEventListener('storage', (event) => {
      if (event.key !== key) return;
      this.current = this.stored();
      changed();
    });
  }

  /** @param received what the payment has received by now */
  openAt(received: string): SentNote | null {
    if (this.current && this.current.receivedBefore !== received) this.keep(null);
    return this.current;
  }

  keep(note: SentNote | null): void {
    this.current = note;
    try {
      if (note) localStorage.setItem(this.key, JSON.stringify(note));
      else localStorage.removeItem(this.key);
    } catch {
      // Remembered above.
    }
  }

  private stored(): SentNote | null {
    try {
      const note = JSON.parse(localStorage.getItem(this.key) ?? 'null') as Partial<SentNote> | null;
      return typeof note?.hash === 'string' && typeof note.receivedBefore === 'string'
        ? (note as SentNote)
        : null;
    } catch {
      return null;
    }
  }
}
