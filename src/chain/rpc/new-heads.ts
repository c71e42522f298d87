import { Network, WebSocketProvider } from 'ethers';
import { type ChainId } from '../../ids/ids.js';
import { afterRunningMs } from '../../process/running-time.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** A connection that says nothing for so many block times is taken for dead: TCP alone may not notice for hours. */
const SILENT_BLOCKS = 20;
const SILENT_AT_LEAST_MS = 30_000;

/** The part of a WebSocket that ethers does not declare. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onerror: (() => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface NewHeadsOptions {
  chainId: ChainId;
  blockTimeMs: number;
  /** Called for every message of a new head. What is in it is not looked at: the head is read from where it is proven. */
  onHint: () => void;
  /** Told of each change; the endpoint by its host. */
  onState: (endpoint: string, isConnected: boolean) => void;
  firstWaitMs?: number;
  silentAtLeastMs?: number;
}

/**
 * Listens to `newHeads` of one WebSocket endpoint at a time, in the order given, and comes back after every cut. A hint
 * to look sooner and nothing more: without it, and whatever it says, the same blocks are read a little later.
 */
export class NewHeads {
  private socket: Socket | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopListening: () => void = () => undefined;
  private attempts = 0;
  private isStopped = false;

  constructor(
    private readonly urls: readonly string[],
    private readonly options: NewHeadsOptions,
  ) {}

  start(): void {
    const url = this.urls[this.attempts % this.urls.length];
    if (url === undefined || this.isStopped) return;
    this.attempts++;
    this.listen(url);
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.stopListening();
    this.socket?.close();
  }

  private listen(url: string): void {
    const endpoint = new URL(url).host;
    const socket = connectSocket(url, this.options.chainId);
    this.socket = socket;
    let isConnected = false;
    // Also of one that took the connection, and says nothing more.
    this.expectNews(socket);
    socket.onopen = () => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }));
      this.expectNews(socket);
    };
    socket.onmessage = ({ data }) => {
      this.expectNews(socket);
      const news = read(data);
      if (news === 'refused') return socket.close();
      if (!isConnected && news === 'subscribed') {
        isConnected = true;
        this.attempts = this.urls.indexOf(url) + 1;
        this.options.onState(endpoint, true);
      }
      if (news === 'head') this.options.onHint();
    };
    // Every error is followed by the close.
    socket.onerror = () => undefined;
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (isConnected) this.options.onState(endpoint, false);
      this.comeBack();
    };
  }

  private comeBack(): void {
    clearTimeout(this.timer);
    this.stopListening();
    if (this.isStopped) return;
    const { firstWaitMs = FIRST_WAIT_MS } = this.options;
    const rounds = Math.floor((this.attempts - 1) / this.urls.length);
    this.timer = setTimeout(() => this.start(), Math.min(LONGEST_WAIT_MS, firstWaitMs * 2 ** rounds)).unref();
  }

  /** What came while we stood still is read before the connection is called silent. */
  private expectNews(socket: Socket): void {
    this.stopListening();
    const { silentAtLeastMs = SILENT_AT_LEAST_MS, blockTimeMs } = this.options;
    const silentMs = Math.max(silentAtLeastMs, SILENT_BLOCKS * blockTimeMs);
    this.stopListening = afterRunningMs(silentMs, () => socket.close());
  }
}

/** ethers' provider gives the WebSocket of this platform; its own subscriptions end with the first cut. */
export function connectSocket(url: string, chainId: ChainId): Socket {
  const network = Network.from(chainId);
  return new WebSocketProvider(url, network, { staticNetwork: network }).websocket as unknown as Socket;
}

function read(data: unknown): 'subscribed' | 'head' | 'refused' | 'other' {
  try {
    const message = JSON.parse(String(data)) as {
      id?: number | string;
      result?: unknown;
      error?: unknown;
      method?: string;
    };
    if (message.method === 'eth_subscription') return 'head';
    if (String(message.id) !== '1') return 'other';
    return message.error == null ? 'subscribed' : 'refused';
  } catch {
    return 'other';
  }
}
