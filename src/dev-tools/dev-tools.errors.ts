import { ValidationFailedError } from '../http/problem.js';

export class NothingDueError extends ValidationFailedError {
  constructor(id: string) {
    super([{ field: 'amount', message: `nothing is due of payment ${id}; name an amount to pay more` }]);
  }
}

export class NothingToReorgError extends ValidationFailedError {
  constructor(id: string) {
    super([{ field: 'id', message: `payment ${id} has received nothing that a reorg could take away` }]);
  }
}

export class UnknownTokenError extends ValidationFailedError {
  override readonly code = 'token_not_offered';

  constructor(id: string) {
    super([{ field: 'token_id', message: `there is no token ${id}; GET /chains lists the tokens` }]);
  }
}
