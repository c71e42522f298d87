/**
 * A node's answer about a block that does not prove itself: hashes, roots or blooms do not come out as its header says.
 * The endpoint that gave it is not to be believed; asking another one helps.
 */
export class UnprovenAnswerError extends Error {
  readonly retryable = true;

  /** @param reason what did not come out, without naming the endpoint */
  constructor(
    block: string,
    readonly reason: string,
  ) {
    super(`the node's answer about block ${block} does not prove itself: ${reason}`);
  }
}
