import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** What a server does once a request was read to its end. */
export type RawAnswer = (socket: Socket, count: number) => void;

/** A merchant's server that answers with bytes, however wrong they are as HTTP. */
export class RawReceiver {
  /** Opened to it so far. */
  connections = 0;
  requests = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    public answer: RawAnswer,
  ) {}

  static async start(answer: RawAnswer): Promise<RawReceiver> {
    const server = createServer();
    const receiver = new RawReceiver(server, answer);
    server.on('connection', (socket) => receiver.serve(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async stop(): Promise<void> {
    this.sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.connections += 1;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    // We may go away in mid-answer: that is the point of many an answer.
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const head = text.indexOf('\r\n\r\n');
      const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, head))?.[1] ?? 0);
      if (head < 0 || text.length < head + 4 + length) return;
      text = '';
      this.requests += 1;
      this.answer(socket, this.requests);
    });
  }
}
