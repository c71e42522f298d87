import { FetchRequest, JsonRpcProvider, Network } from 'ethers';

const TIMEOUT_MS = 10_000;

/** A node that did not give what was asked; the message never carries the URL's path, query or credentials. */
export class RpcError extends Error {
  readonly retryable = true;

  constructor(endpoint: string, method: string, why: string) {
    super(`${endpoint} did not answer ${method}: ${why}`);
  }
}

/** The node answered, and does not know the method. */
export class MethodNotFoundError extends RpcError {}

/** One JSON-RPC endpoint. */
export class RpcEndpoint {
  /** Host and port only: paths and queries of RPC URLs hold API keys. */
  readonly label: string;
  private readonly provider: JsonRpcProvider;

  constructor(url: string, chainId: number) {
    this.label = new URL(url).host;
    this.provider = new JsonRpcProvider(requestTo(url), Network.from(chainId), {
      staticNetwork: true,
      // The scanner asks for block and receipts side by side; one HTTP request carries both.
      batchStallTime: 0,
      batchMaxCount: 20,
    });
  }

  /**
   * @throws MethodNotFoundError when the node lacks the method
   * @throws RpcError for every other failure
   */
  async call<T>(method: string, params: unknown[]): Promise<T> {
    try {
      return (await this.provider.send(method, params)) as T;
    } catch (error) {
      const { code, message } = whatWentWrong(error);
      if (code === -32601)
        throw new MethodNotFoundError(this.label, method, 'the node does not have this method');
      throw new RpcError(this.label, method, message);
    }
  }

  close(): void {
    this.provider.destroy();
  }
}

/** ethers waits 300 s and tries 12 times by default; whether to try again is the pool's decision. */
function requestTo(url: string): FetchRequest {
  const parsed = new URL(url);
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  const request = new FetchRequest(parsed.toString());
  if (username !== '') request.setCredentials(decodeURIComponent(username), decodeURIComponent(password));
  request.allowInsecureAuthentication = true;
  request.timeout = TIMEOUT_MS;
  request.setThrottleParams({ maxAttempts: 1 });
  return request;
}

/** ethers wraps the node's own error object at varying depth, and puts URLs into its messages. */
function whatWentWrong(error: unknown): { code: number | null; message: string } {
  const known = error as {
    code?: string;
    shortMessage?: string;
    error?: { code?: number; message?: string };
    info?: { error?: { code?: number; message?: string }; responseStatus?: string };
  };
  const answered = known.error ?? known.info?.error;
  if (answered?.message !== undefined) return { code: answered.code ?? null, message: answered.message };
  if (known.code === 'TIMEOUT') return { code: null, message: `no answer within ${TIMEOUT_MS} ms` };
  if (known.info?.responseStatus !== undefined)
    return { code: null, message: `HTTP ${known.info.responseStatus}` };
  if (known.code !== undefined) return { code: null, message: known.shortMessage ?? known.code };
  return { code: null, message: 'the connection failed' };
}
