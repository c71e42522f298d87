type Attributes = Readonly<Record<string, string>>;

/** An element with attributes and children; text is always text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** In place of what it has: `replaceChildren` came to Chrome with 86. */
export function fill(parent: Element, ...children: (Node | string)[]): void {
  parent.textContent = '';
  parent.append(...children);
}
