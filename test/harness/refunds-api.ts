import { Wallet } from 'ethers';
import { AuthService } from '../../src/auth/auth.service.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { PAYOUT, SweepWorld } from './sweep-world.js';

export type RefundOrProblem = RefundView & { detail: string };

/** A customer's address that nobody knew. */
export const customer = () => Wallet.createRandom().address;

/** Asks for refunds by REST, in a world that can pay them. */
export class RefundsApi {
  private constructor(readonly world: SweepWorld) {}

  /** @param least base units of a refund, at least */
  static async start(least: bigint): Promise<RefundsApi> {
    return new RefundsApi(
      await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey }, { refund: { minimum: least } }),
    );
  }

  readonly call = <T = RefundOrProblem>(method: string, path: string, body?: unknown, headers = {}) =>
    this.world.app.request<T>(method, `/api/v1${path}`, body, headers);

  readonly ask = (what: 'payments' | 'deposits', { id }: { id: string }, amount: bigint, more: object = {}) =>
    this.call('POST', `/${what}/${id}/refunds`, { to: customer(), amount: amount.toString(), ...more });

  readonly became = (id: string, status: RefundView['status']) =>
    this.world.mineUntil(`refund ${status}`, async () => {
      const { body } = await this.call('GET', `/refunds/${id}`);
      return body.status === status && body;
    });

  readonly pause = (isPaused: boolean) =>
    this.world.app.insist('POST', `/api/v1/sweeps/${isPaused ? 'pause' : 'resume'}`, {});

  /** The header with a key of another merchant, or of the one given. */
  readonly keyOf = async (scopes: ('payments:read' | 'refunds:write' | 'admin')[], merchantId?: string) => {
    const { manager } = this.world.app.database.dataSource;
    const auth = this.world.app.get(AuthService);
    const own = merchantId ?? (await auth.createMerchant(manager, 'another')).id;
    const { key } = await auth.createKey(manager, { merchantId: own, name: 'one', scopes });
    return { authorization: `Bearer ${key}` };
  };
}
