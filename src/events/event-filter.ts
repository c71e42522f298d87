/** Whether an endpoint's event types take a type; `*` takes all, `payment.*` all below `payment.`. */
export function subscribes(eventTypes: readonly string[], type: string): boolean {
  return eventTypes.some(
    (wanted) =>
      wanted === '*' || wanted === type || (wanted.endsWith('.*') && type.startsWith(wanted.slice(0, -1))),
  );
}
