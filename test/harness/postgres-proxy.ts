import { connect, createServer, type Server, type Socket } from 'node:net';
import { type AddressInfo } from 'node:net';

const READY_FOR_QUERY = 'Z';

/** Stands between an app and its Postgres, to take the database away from it in ways that Postgres itself cannot. */
export class PostgresProxy {
  private readonly sockets = new Set<Socket>();
  private readonly fromServer = new Set<Socket>();
  private isDown = false;
  private cutsWhenReady = false;
  private isSuspended = false;
  /** Connections cut in the moment they became ready. */
  cutWhenReady = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async start(databaseUrl: string): Promise<PostgresProxy> {
    const server = createServer();
    const proxy = new PostgresProxy(server, new URL(databaseUrl));
    server.on('connection', (socket) => proxy.pass(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Cuts every connection and lets none in. */
  down(): void {
    this.isDown = true;
    this.cut();
  }

  /**
   * Cuts every connection, and each one that follows right behind the word that it is ready: the word and the end
   * arrive together, before anybody who waits for the connection has it.
   */
  cutEachWhenReady(): void {
    this.cutsWhenReady = true;
    this.cut();
  }

  /** Passes nothing on any more, either way, and closes nothing; what connects from now on is passed. */
  freeze(): void {
    for (const socket of this.sockets) {
      socket.unpipe();
      socket.removeAllListeners('data');
      socket.pause();
    }
  }

  /**
   * Nothing that the database says on the connections there are comes through any more, while all that it is asked does:
   * what is committed is committed, and nobody hears of it. What connects from now on is passed.
   */
  loseAnswers(): void {
    for (const socket of this.fromServer) {
      socket.removeAllListeners('data');
      socket.on('data', () => undefined);
    }
  }

  /** Stands still as a whole, as a process that was sent SIGSTOP: what connects waits as well. `up` has it go on. */
  suspend(): void {
    this.isSuspended = true;
    for (const socket of this.sockets) socket.pause();
  }

  up(): void {
    if (this.isSuspended) for (const socket of this.sockets) socket.resume();
    this.isSuspended = false;
    this.isDown = false;
    this.cutsWhenReady = false;
  }

  async stop(): Promise<void> {
    this.down();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private pass(client: Socket): void {
    if (this.isDown) {
      client.destroy();
      return;
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    const messages = new ServerMessages();
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        this.fromServer.delete(server);
        client.destroy();
        server.destroy();
      });
    }
    this.fromServer.add(server);
    client.pipe(server);
    server.on('data', (chunk: Buffer) => {
      if (!this.cutsWhenReady || !messages.add(chunk).includes(READY_FOR_QUERY)) {
        client.write(chunk);
        return;
      }
      this.cutWhenReady += 1;
      client.end(Buffer.concat([chunk, terminated()]));
      server.destroy();
    });
    if (this.isSuspended) for (const socket of [client, server]) socket.pause();
  }
}

/** Tells the messages of Postgres's half of a connection apart (PostgreSQL: Message Formats). */
class ServerMessages {
  private rest = Buffer.alloc(0);

  /** @returns the types of the messages that are complete now */
  add(chunk: Buffer): string[] {
    this.rest = Buffer.concat([this.rest, chunk]);
    const types: string[] = [];
    while (this.rest.length >= 5 && this.rest.length >= 1 + this.rest.readUInt32BE(1)) {
      types.push(String.fromCharCode(this.rest[0] as number));
      this.rest = this.rest.subarray(1 + this.rest.readUInt32BE(1));
    }
    return types;
  }
}

/** What Postgres says to a connection that an administrator ends. */
function terminated(): Buffer {
  const fields = ['SFATAL', 'VFATAL', 'C57P01', 'Mterminating connection due to administrator command'];
  const body = Buffer.from(`${fields.join('\0')}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
