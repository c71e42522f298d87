/** Why a wallet did not do what it was asked, as far as it tells. */
export type WalletFailure =
  | 'refused'
  | 'request_open'
  | 'no_account'
  | 'unknown_chain'
  | 'wrong_chain'
  | 'changed'
  | 'no_answer'
  | 'wallet_failed';

export class WalletError extends Error {
  constructor(
    readonly failure: WalletFailure,
    /** The wallet's own words, for a person to read. */
    readonly said: string | null = null,
  ) {
    super(said ?? failure);
  }
}

const USER_REJECTED = 4001;
const CHAIN_NOT_ADDED = 4902;
const REQUEST_PENDING = -32002;
const MAX_SAID_LENGTH = 200;

/** EIP-1193 errors, and what wallets make of them. What throws while it is read is a failure that says nothing. */
export function walletError(thrown: unknown): WalletError {
  try {
    return readError(thrown);
  } catch {
    return new WalletError('wallet_failed');
  }
}

function readError(thrown: unknown): WalletError {
  if (thrown instanceof WalletError) return thrown;
  const codes = codesOf(thrown);
  if (codes.includes(USER_REJECTED)) return new WalletError('refused');
  if (codes.includes(REQUEST_PENDING)) return new WalletError('request_open');
  if (codes.includes(CHAIN_NOT_ADDED)) return new WalletError('unknown_chain');
  return new WalletError('wallet_failed', messageOf(thrown));
}

/** MetaMask on phones wraps the code: -32603 outside, `data.originalError.code` 4902 inside. */
function codesOf(thrown: unknown): unknown[] {
  const codes: unknown[] = [];
  let level: unknown = thrown;
  for (let depth = 0; depth < 4 && typeof level === 'object' && level !== null; depth++) {
    const { code, data, originalError, cause } = level as Record<string, unknown>;
    codes.push(code);
    level = originalError ?? data ?? cause;
  }
  return codes;
}

function messageOf(thrown: unknown): string | null {
  const message = typeof thrown === 'string' ? thrown : (thrown as { message?: unknown } | null)?.message;
  return typeof message === 'string' && message.trim() !== ''
    ? message.trim().slice(0, MAX_SAID_LENGTH)
    : null;
}
