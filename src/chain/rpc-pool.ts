import { MethodNotFoundError, RpcEndpoint, RpcError } from './rpc-endpoint.js';

/** A chain's endpoints in the order given; a call goes to the first that answers it. */
export class RpcPool {
  private readonly endpoints: RpcEndpoint[];

  constructor(urls: readonly string[], chainId: number) {
    this.endpoints = urls.map((url) => new RpcEndpoint(url, chainId));
  }

  /**
   * @throws MethodNotFoundError when no endpoint has the method
   * @throws RpcError of the last endpoint, when none answered
   */
  async call<T>(method: string, params: unknown[]): Promise<T> {
    const failures: RpcError[] = [];
    for (const endpoint of this.endpoints) {
      try {
        return await endpoint.call<T>(method, params);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        failures.push(error);
      }
    }
    const telling = failures.find((failure) => !(failure instanceof MethodNotFoundError)) ?? failures[0];
    throw telling ?? new RpcError('no endpoint', method, 'none is configured');
  }

  close(): void {
    this.endpoints.forEach((endpoint) => endpoint.close());
  }
}
