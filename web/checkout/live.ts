/** How often the state is asked for where no events come. */
const POLL_MS = 4_000;
const POLL_HIDDEN_MS = 30_000;
/** A proxy that holds events back looks like a server without news: after this long without a first one, we ask as well. */
const FIRST_EVENT_MS = 6_000;
/** The server beats every 15 s: a stream that is silent for longer is dead, though nobody was told of its end. */
const SILENT_MS = 50_000;
/** Before a stream that the server or a proxy ended for good is tried again. */
const REOPEN_MS = 30_000;

export interface Following {
  eventsUrl: string;
  /** What the page shows by now, in the server's own words. */
  shown: () => string;
  /** Something may have changed: look at it. Rejects when that was not possible. */
  refresh: () => Promise<void>;
  /** False while the server cannot be reached either way. */
  tellConnected: (isConnected: boolean) => void;
}

/**
 * Keeps the page at what the server knows: by its events, which the browser itself takes up again after a cut
 * (Last-Event-ID), and by asking every few seconds for as long as none come. A stream says at once only what is newer
 * than what is shown. A phone that wakes up asks at once.
 */
export function follow({ eventsUrl, shown, refresh, tellConnected }: Following): void {
  let source: EventSource | null = null;
  let reopening: ReturnType<typeof setTimeout> | undefined;
  let hasEvents = false;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: Promise<void> | null = null;
  let isStale = false;

  /** One question at a time; news during one is asked for afterwards. */
  const look = (): Promise<void> => {
    if (asking) {
      isStale = true;
      return asking;
    }
    asking = refresh()
      .then(
        () => tellConnected(true),
        () => tellConnected(false),
      )
      // oxlint-disable-next-line typescript/no-misused-promises -- `finally` waits for what it is given.
      .finally(() => {
        asking = null;
        if (!isStale) return schedule();
        isStale = false;
        return look();
      });
    return asking;
  };

  const schedule = (delayMs = document.hidden ? POLL_HIDDEN_MS : POLL_MS) => {
    // A browser that reconnects tells of every try: none of them puts off the question that is planned.
    if (hasEvents || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void look();
    }, scattered(delayMs));
  };
  const unschedule = () => {
    clearTimeout(timer);
    timer = undefined;
  };

  const close = () => {
    source?.close();
    source = null;
    hasEvents = false;
    clearTimeout(reopening);
    clearTimeout(silence);
  };

  const hear = () => {
    hasEvents = true;
    unschedule();
    clearTimeout(silence);
    silence = setTimeout(() => {
      open();
      schedule();
    }, SILENT_MS);
  };

  const open = () => {
    close();
    const opened = new EventSource(`${eventsUrl}?shown=${encodeURIComponent(shown())}`);
    source = opened;
    opened.onmessage = () => {
      hear();
      void look();
    };
    // Events come through, and there is nothing newer than what is shown.
    opened.addEventListener('current', () => {
      hear();
      tellConnected(true);
    });
    opened.addEventListener('beat', hear);
    opened.onerror = () => {
      hasEvents = false;
      schedule();
      // The browser reconnects by itself, but not after an answer that is no stream of events.
      if (opened.readyState === EventSource.CLOSED && source === opened)
        reopening = setTimeout(open, scattered(REOPEN_MS));
    };
  };

  open();
  schedule(FIRST_EVENT_MS);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void look();
  });
  addEventListener('online', () => {
    if (!hasEvents) open();
    void look();
  });
  // A page in the back-forward cache may hold no connection.
  addEventListener('pagehide', () => {
    close();
    unschedule();
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    open();
    void look();
  });
}

/** Thousands of pages that were cut by the same restart come back one after the other. */
function scattered(ms: number): number {
  return ms * (0.5 + Math.random());
}
