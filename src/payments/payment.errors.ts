import { NotFoundError, ValidationFailedError } from '../http/problem.js';

/** Also said of another merchant's payment: that it exists is none of their business. */
export class PaymentNotFoundError extends NotFoundError {
  constructor(id: string) {
    super(`there is no payment ${id}`);
  }
}

export class UnknownChainError extends ValidationFailedError {
  constructor(name: string, known: string[]) {
    super([
      {
        field: 'chain',
        message: `there is no chain "${name}" here; GET /chains lists: ${known.join(', ') || 'none'}`,
      },
    ]);
  }
}

export class ChainRefusedError extends ValidationFailedError {
  constructor(name: string, reasons: string[]) {
    super([
      {
        field: 'chain',
        message: `"${name}" takes no payments until its operator mends it: ${reasons.join('; ')}`,
      },
    ]);
  }
}

export class TokenNotOfferedError extends ValidationFailedError {
  constructor(id: string, why: string) {
    super([{ field: 'token_id', message: `token ${id} ${why}; GET /chains lists the tokens of each chain` }]);
  }
}
