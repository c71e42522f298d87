import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs, request } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type Duplex } from 'node:stream';
import { connect as tlsConnect, type ConnectionOptions, rootCertificates } from 'node:tls';

/** More sockets to a host than a worker has hands: waiting for one would count as the endpoint's own slowness. */
const KEEP_ALIVE: AgentOptions = { keepAlive: true, maxSockets: 256, maxFreeSockets: 100, timeout: 60_000 };

export interface AgentSettings {
  /** Resolves names; left out: Node's own. */
  lookup?: LookupFunction;
  /** A file of certificates in PEM to trust besides the usual ones. */
  caFile: string | null;
  /** Connections go through this HTTP proxy. */
  proxyUrl: string | null;
}

export interface Agents {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
}

type Connected = (error: Error | null, stream?: Duplex) => void;

/** @throws Error when the file of certificates cannot be read */
export function createAgents({ lookup, caFile, proxyUrl }: AgentSettings): Agents {
  const ca = caFile === null ? {} : { ca: [...rootCertificates, readCertificates(caFile)] };
  if (proxyUrl !== null) {
    const proxy = new URL(proxyUrl);
    return {
      httpAgent: new TunnelAgent(proxy),
      httpsAgent: new TlsTunnelAgent(proxy, ca),
    };
  }
  const options = { ...KEEP_ALIVE, ...(lookup ? { lookup } : {}) };
  return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent({ ...options, ...ca }) };
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`WEBHOOK_CA_FILE names ${path}, which cannot be read (${code}); mend the path`);
  }
}

class TunnelAgent extends HttpAgent {
  constructor(private readonly proxy: URL) {
    super(KEEP_ALIVE);
  }

  override createConnection(options: ClientRequestArgs, connected: Connected): undefined {
    openTunnel(this.proxy, options, connected);
  }
}

class TlsTunnelAgent extends HttpsAgent {
  constructor(
    private readonly proxy: URL,
    private readonly trust: { ca?: string[] },
  ) {
    super({ ...KEEP_ALIVE, ...trust });
  }

  override createConnection(options: ClientRequestArgs & ConnectionOptions, connected: Connected): undefined {
    openTunnel(this.proxy, options, (error, stream) => {
      if (error) return connected(error);
      // An IP address is no server name (RFC 6066), and Node refuses one.
      const servername = isIP(options.host ?? '') ? '' : (options.servername ?? options.host ?? '');
      const socket = tlsConnect({ ...options, ...this.trust, servername, socket: stream });
      connected(null, socket);
    });
  }
}

/** RFC 9110, section 9.3.6: CONNECT. */
function openTunnel(proxy: URL, { host, port }: ClientRequestArgs, connected: Connected): void {
  const target = `${host?.includes(':') ? `[${host}]` : host}:${port}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const headers = {
    host: target,
    ...(credentials === ':'
      ? {}
      : { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
  };
  const asked = request({
    host: proxy.hostname,
    port: proxy.port || 80,
    method: 'CONNECT',
    path: target,
    headers,
    agent: false,
  });
  asked.once('connect', (response, socket) => {
    if (response.statusCode === 200) return connected(null, socket);
    socket.destroy();
    connected(new Error(`the proxy answered ${response.statusCode} when asked for a connection`));
  });
  asked.once('error', (error) => connected(new Error(`the proxy cannot be reached: ${error.message}`)));
  asked.end();
}
