import { Agent, request } from 'node:http';

export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
}

const agent = new Agent({ keepAlive: true });

/** An exchange by Node's own client: tests make tens of thousands, and each takes `fetch` three times as long. */
export function exchange(
  url: string,
  {
    method = 'POST',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const sent = request(url, { method, headers: { ...headers, ...length }, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const given = Object.entries(response.headersDistinct).flatMap(([name, values = []]) =>
          values.map((value): [string, string] => [name, value]),
        );
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(given),
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** A JSON text, to a JSON-RPC node. @returns what it answers */
export async function postJson(url: string, text: string): Promise<string> {
  return (await exchange(url, { headers: { 'content-type': 'application/json' }, body: text })).text;
}
