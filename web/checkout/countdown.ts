import { clockText, type ServerClock } from './clock.js';

/** Keeps every `time[data-countdown]` at what is left until its `datetime`, by the server's clock. */
export function startCountdown(clock: ServerClock, language: string, onEnd: () => void): void {
  let hasEnded = false;
  const tick = () => {
    for (const place of document.querySelectorAll<HTMLTimeElement>('time[data-countdown]')) {
      const left = Date.parse(place.dateTime) - clock.now();
      if (Number.isNaN(left)) continue;
      const text = clockText(left, language);
      if (place.textContent !== text) place.textContent = text;
      if (left > 0 || hasEnded) continue;
      hasEnded = true;
      onEnd();
    }
  };
  tick();
  setInterval(tick, 1_000);
}
