/** Each endpoint by its host, those of one host by their place as well: their paths hold keys. */
export function labelled(urls: readonly string[]): { url: string; label: string }[] {
  const hosts = urls.map((url) => new URL(url).host);
  return urls.map((url, index) => {
    const host = hosts[index] as string;
    const isAlone = hosts.filter((other) => other === host).length === 1;
    return { url, label: isAlone ? host : `${host} (${index + 1})` };
  });
}
