import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs, request } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { type Duplex } from 'node:stream';
import { afterRunningMs } from '../process/running-time.js';
import { connect as tlsConnect, type ConnectionOptions, rootCertificates } from 'node:tls';

/** More sockets to a host than a worker has slots: waiting for one would count as the endpoint's own slowness. */
const KEEP_ALIVE: AgentOptions = { keepAlive: true, maxSockets: 256, maxFreeSockets: 100, timeout: 60_000 };

export interface AgentSettings {
  /** Resolves names; left out: Node's own. */
  lookup?: LookupFunction;
  /** A file of certificates in PEM to trust besides the usual ones. */
  caFile: string | null;
  /** Connections go through this HTTP proxy. */
  proxyUrl: string | null;
  /** For the proxy to open a connection, ms. */
  timeoutMs: number;
}

export interface Agents {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
}

type Connected = (error: Error | null, stream?: Duplex) => void;

interface Proxy {
  url: URL;
  timeoutMs: number;
}

/** @throws Error when the file of certificates cannot be read */
export function createAgents({ lookup, caFile, proxyUrl, timeoutMs }: AgentSettings): Agents {
  const ca = caFile === null ? {} : { ca: [...rootCertificates, readCertificates(caFile)] };
  if (proxyUrl !== null) {
    const proxy = { url: new URL(proxyUrl), timeoutMs };
    return {
      httpAgent: new TunnelAgent(proxy),
      httpsAgent: new TlsTunnelAgent(proxy, ca),
    };
  }
  const options = { ...KEEP_ALIVE, ...(lookup ? { lookup } : {}) };
  return {
    httpAgent: distrustIdle(new HttpAgent(options)),
    httpsAgent: distrustIdle(new HttpsAgent({ ...options, ...ca })),
  };
}

/**
 * Closes a connection on which something comes while nothing was asked: whoever asked next would take it for their
 * answer.
 */
function distrustIdle<T extends HttpAgent>(agent: T): T {
  const close = function (this: Duplex) {
    this.destroy();
  };
  const keepAlive = agent.keepSocketAlive.bind(agent);
  const reuse = agent.reuseSocket.bind(agent);
  agent.keepSocketAlive = (socket) => {
    socket.on('data', close);
    return keepAlive(socket);
  };
  agent.reuseSocket = (socket, request) => {
    socket.removeListener('data', close);
    reuse(socket, request);
  };
  return agent;
}

function readCertificates(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`WEBHOOK_CA_FILE names ${path}, which cannot be read (${code}); fix the path`);
  }
}

class TunnelAgent extends HttpAgent {
  constructor(private readonly proxy: Proxy) {
    super(KEEP_ALIVE);
    distrustIdle(this);
  }

  override createConnection(options: ClientRequestArgs, connected: Connected): undefined {
    openTunnel(this.proxy, options, connected);
  }
}

class TlsTunnelAgent extends HttpsAgent {
  constructor(
    private readonly proxy: Proxy,
    private readonly trust: { ca?: string[] },
  ) {
    super({ ...KEEP_ALIVE, ...trust });
    distrustIdle(this);
  }

  override createConnection(options: ClientRequestArgs & ConnectionOptions, connected: Connected): undefined {
    openTunnel(this.proxy, options, (error, stream) => {
      if (error) return connected(error);
      // An IP address is no server name (RFC 6066), and Node refuses one.
      const servername = isIP(options.host ?? '') ? '' : (options.servername ?? options.host ?? '');
      connected(null, tlsConnect({ ...options, ...this.trust, servername, socket: stream }));
    });
  }
}

/** RFC 9110, section 9.3.6: CONNECT. It ends, one way or the other, within the timeout. */
function openTunnel(
  { url: proxy, timeoutMs }: Proxy,
  { host, port }: ClientRequestArgs,
  connected: Connected,
) {
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
  const cancelTimer = afterRunningMs(timeoutMs, () => fail('the proxy opened no connection in time'));
  let hasEnded = false;
  const fail = (why: string) => {
    cancelTimer();
    asked.destroy();
    if (!hasEnded) connected(new Error(why));
    hasEnded = true;
  };
  asked.once('connect', (response, socket) => {
    if (hasEnded || response.statusCode !== 200) {
      socket.destroy();
      return fail(`the proxy answered ${response.statusCode} when asked for a connection`);
    }
    hasEnded = true;
    cancelTimer();
    connected(null, socket);
  });
  asked.on('error', (error) => fail(`the proxy cannot be reached: ${error.message}`));
  asked.once('close', () => hasEnded || fail('the proxy closed the connection without an answer'));
  asked.end();
}
