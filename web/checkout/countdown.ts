import { clockText, type ServerClock } from './clock.js';

/** Moments at which the time was up, so that each is told of once. */
const ended = new Set<string>();

/** Writes into every `time[data-countdown]` what is left until its `datetime`, by the server's clock. */
export function showCountdown(clock: ServerClock, language: string, onEnd: () => void): void {
  for (const place of document.querySelectorAll<HTMLTimeElement>('time[data-countdown]')) {
    const left = Date.parse(place.dateTime) - clock.now();
    if (Number.isNaN(left)) continue;
    place.textContent = clockText(left, language);
    if (left > 0 || ended.has(place.dateTime)) continue;
    ended.add(place.dateTime);
    onEnd();
  }
}
