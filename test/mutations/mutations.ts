export interface Mutation {
  /** The fault, as somebody would make it. */
  fault: string;
  /** Stands once in all of `src`, wherever that is. */
  find: string;
  replace: string;
  /** Patterns of the spec files of the quick tier that should notice. */
  specs: string[];
}

const LIFECYCLE = ['src/payments/lifecycle'];
const SIGNER = ['src/webhooks/.*signer'];
const OUTGOING = ['test/e2e/sweeping', 'test/e2e/sweep-faults', 'test/e2e/refunds', 'test/e2e/data-fees'];
const PLAN = ['src/scanner/plan'];
const DECIDE = ['src/sweeper/.*decide'];
const GATE = ['src/webhooks/.*endpoint-gate'];
const IDEMPOTENCY = ['test/e2e/rest'];
const QUOTE = ['src/payments/quote'];
const RATES = ['src/rates/'];
const SUMS = ['src/payments/given-back', 'test/medium/option-sums'];
const LOGOS = ['src/branding/logo-image'];
const PAGES = ['src/checkout/open-pages'];
const READERS = ['test/medium/slow-readers'];
const RULES = ['src/outgoing/signing-rules'];
const GAS_ONCE = ['test/e2e/gas-once'];

/** Faults in what money hangs on, and in what strangers reach. `npm run test:mutations` makes one after the other, and tells which go unnoticed. */
export const MUTATIONS: readonly Mutation[] = [
  {
    fault: 'the least that counts as paid is rounded down',
    find: '+ BigInt(WHOLE_BPS - 1)) / BigInt(WHOLE_BPS)',
    replace: ') / BigInt(WHOLE_BPS)',
    specs: LIFECYCLE,
  },
  {
    fault: 'a payment is confirmed one block too early',
    find: 'return depthOf(credit, position) >= required;',
    replace: 'return depthOf(credit, position) + 1 >= required;',
    specs: LIFECYCLE,
  },
  {
    fault: 'two transfers in one transaction count as one',
    find: '`${placeOf(credit)}:${credit.ordinal}:${credit.kind}`',
    replace: '`${placeOf(credit)}:${credit.kind}`',
    specs: LIFECYCLE,
  },
  {
    fault: 'a confirmed payment whose money a reorg took stays confirmed',
    find: "if (!isCovered) return isUnsure(tally) ? undefined : { to: 'failed', event: 'payment.failed' };",
    replace: '',
    specs: LIFECYCLE,
  },
  {
    fault: 'the signature of a webhook leaves out its time',
    find: '`${id}.${timestamp}.${body}`',
    replace: '`${id}.${body}`',
    specs: SIGNER,
  },
  {
    fault: 'the older scheme is keyed with the decoded secret',
    find: "hmac(Buffer.from(current), body, 'hex')",
    replace: "hmac(hmacKey(current), body, 'hex')",
    specs: SIGNER,
  },
  {
    fault: 'the next nonce forgets what was signed and not mined yet',
    find: 'return Math.max(nodeNonce, await this.outgoing.nextNonce(manager, chainId, from));',
    replace: 'return nodeNonce;',
    specs: ['test/e2e/absent-answers'],
  },
  {
    fault: 'a replacement that moves another amount is recorded with the first one',
    find: 'const moved = amount ?? last.amount;',
    replace: 'const moved = last.amount;',
    specs: OUTGOING,
  },
  {
    fault: 'a node that is behind is taken for a reorg',
    find: "if (head.number < cursor.number || head.hash === cursor.hash) return { kind: 'wait' };",
    replace: "if (head.hash === cursor.hash) return { kind: 'wait' };",
    specs: PLAN,
  },
  {
    fault: 'a commit takes more blocks than a batch',
    find: 'to: Math.min(head.number, cursor.number + batch)',
    replace: 'to: head.number',
    specs: PLAN,
  },
  {
    fault: 'blocks are committed that do not link to the one before',
    find: 'if (block === null || block.parentHash !== expected) break;',
    replace: 'if (block === null) break;',
    specs: PLAN,
  },
  {
    fault: 'one surplus carries any number of sweeps that do not pay',
    find: 'surplus -= lack;',
    replace: '',
    specs: DECIDE,
  },
  {
    fault: 'what was forced has to carry others',
    find: 'if (decision.go && !candidate.isForced) surplus += worth - threshold;',
    replace: 'if (decision.go) surplus += worth - threshold;',
    specs: DECIDE,
  },
  {
    fault: 'the shares of a transaction come to less than it costs',
    find: 'return (all + BigInt(count) - 1n) / BigInt(count);',
    replace: 'return all / BigInt(count);',
    specs: DECIDE,
  },
  {
    fault: 'an endpoint gets more exchanges at once than its limit',
    find: 'return !isOpen && endpoint.inFlight < limitOf(endpoint) && this.hasFreeSlot(endpoint);',
    replace: 'return !isOpen && this.hasFreeSlot(endpoint);',
    specs: GATE,
  },
  {
    fault: 'slow endpoints never give back what they share',
    find: '      this.slowInFlight -= 1;\n',
    replace: '',
    specs: GATE,
  },
  {
    fault: 'one delivery that fails again and again opens the circuit',
    find: 'if (endpoint.failures < FAILURES_TO_OPEN || endpoint.failedDeliveries.size < DELIVERIES_TO_OPEN) return;',
    replace: 'if (endpoint.failures < FAILURES_TO_OPEN) return;',
    specs: GATE,
  },
  {
    fault: 'two requests with one key at the same time do the work twice',
    find: 'await lockKey(manager, options.merchantId, key);',
    replace: '',
    specs: IDEMPOTENCY,
  },
  {
    fault: 'a merchant gets the answer to another one’s request',
    find: 'findOneBy(IdempotencyRecord, { merchantId: options.merchantId, key })',
    replace: 'findOneBy(IdempotencyRecord, { key })',
    specs: IDEMPOTENCY,
  },
  {
    fault: 'a key that comes with another request gets the first answer',
    find: 'if (!first.requestHash.equals(hash)) throw new IdempotencyKeyReusedError();',
    replace: '',
    specs: IDEMPOTENCY,
  },
  {
    fault: 'what an option asks for is rounded down',
    find: 'return (numerator + denominator - 1n) / denominator;',
    replace: 'return numerator / denominator;',
    specs: QUOTE,
  },
  {
    fault: 'late money that nobody can price counts at the promised rate',
    find: 'if (isRefusal(then)) return then;',
    replace: "if (isRefusal(then)) return { value: locked, basis: 'locked' };",
    specs: QUOTE,
  },
  {
    fault: 'a median counts that most sources are far from',
    find: 'near.length * 2 > opinions.length',
    replace: 'near.length > 0',
    specs: RATES,
  },
  {
    fault: 'any pair is priced by one source',
    find: 'if (rules.isOneEnough) return true;',
    replace: 'return true;',
    specs: RATES,
  },
  {
    fault: 'a feed prices however old its round is',
    find: 'if (ageS <= heartbeatS + marginS(heartbeatS)) return null;',
    replace: 'return null;',
    specs: RATES,
  },
  {
    fault: 'what goes back of late money is taken off at the promised rate',
    find: 'return this.sumOf(option, lots) + this.of(option, { amount: beyond });',
    replace: 'return this.of(option, { amount: sumOf(lots) + beyond });',
    specs: SUMS,
  },
  {
    fault: 'a payment expires by the first of its chains',
    find: 'return tally.options.every((option) => isPast(option, payment, tally, facts));',
    replace: 'return tally.options.some((option) => isPast(option, payment, tally, facts));',
    specs: SUMS,
  },
  {
    fault: 'late money counts the other way round',
    find: 'divide(late.value, locked)',
    replace: 'divide(locked, late.value)',
    specs: ['src/payments/late-worth'],
  },
  {
    fault: 'money of one option counts in each of them',
    find: 'const pieces = inChainOrder(credits.filter(({ option }) => (option ?? 0) === index));',
    replace: 'const pieces = inChainOrder(credits);',
    specs: SUMS,
  },
  {
    fault: 'how deep money is, is told by another chain',
    find: 'return chains.get(chainId ?? -1) ?? NOWHERE;',
    replace: 'return [...chains.values()].at(-1) ?? NOWHERE;',
    specs: SUMS,
  },
  {
    fault: 'what goes back before a payment is confirmed does not open a gap',
    find: 'return !isAfterConfirmation;',
    replace: 'return false;',
    specs: SUMS,
  },
  {
    fault: 'a refund that is told twice goes back twice',
    find: '[...new Map(refunds.map((refund) => [refund.id, refund])).values()];',
    replace: '[...refunds];',
    specs: SUMS,
  },
  {
    fault: 'what a refund takes changes with what comes later',
    find: 'named.set(nameOf(factor), (named.get(nameOf(factor)) ?? 0n) + amount);',
    replace: 'unnamed += amount;',
    specs: ['src/payments/lots', 'test/medium/refunded-lots'],
  },
  {
    fault: 'a logo is unpacked however large it becomes',
    find: '  requireUnpacked(packed, mostBytes);\n  return',
    replace: '  return',
    specs: LOGOS,
  },
  {
    fault: 'a logo may say its size twice',
    find: "} else if (type === 'IHDR') {",
    replace: "} else if (type === '') {",
    specs: LOGOS,
  },
  {
    fault: 'one address may hold any number of streams',
    find: 'this.byAddress.of(address) >= limits.ofAddress || ',
    replace: '',
    specs: PAGES,
  },
  {
    fault: 'the addresses of one site may hold any number of streams',
    find: ' || this.bySite.of(site) >= limits.ofSite',
    replace: '',
    specs: PAGES,
  },
  {
    fault: 'a stream is written to however much of it is unread',
    find: 'if (stream.writableLength > MOST_UNREAD_BYTES) stream.destroy();\n  else stream.write(message);',
    replace: 'stream.write(message);',
    specs: PAGES,
  },
  {
    fault: 'a reader that takes nothing is waited for without an end',
    find: 'return answer.looks > LOOKS;',
    replace: 'return answer.looks > Number.MAX_SAFE_INTEGER;',
    specs: READERS,
  },
  {
    fault: 'a reader that takes something now and then is cut off',
    find: 'answer.looks = !raw.writableEnded && isTaken ? 0 : answer.looks + 1;',
    replace: 'answer.looks += isTaken ? 1 : 1;',
    specs: READERS,
  },
  {
    fault: 'a sweep goes to the treasury of its plan',
    find: 'if (recipients.every((recipient) => recipient === sweeping.treasury)) return null;',
    replace: 'return null;',
    specs: RULES,
  },
  {
    fault: 'where money may not go is not looked at where it is signed',
    find: 'if (unfit === null) return null;\n  return {',
    replace: 'if (unfit !== undefined) return null;\n  return {',
    specs: RULES,
  },
  {
    fault: 'a pause keeps nothing from being signed',
    find: 'if (!pause.isPaused) return null;\n  return {',
    replace: 'if (pause !== undefined) return null;\n  return {',
    specs: RULES,
  },
  {
    fault: 'an address is in a batch twice',
    find: 'const inOrder = [...parts].sort(',
    replace: 'const inOrder = [...parts, ...parts.slice(0, 1)].sort(',
    specs: ['src/sweeper/planning/batches'],
  },
  {
    fault: 'an empty transaction that took a nonce counts as the transfer',
    find: 'const sent = isGivenUp ? 0n : amount;',
    replace: 'const sent = amount;',
    specs: ['src/outgoing/outcome'],
  },
  {
    fault: 'a token without a price may cost anything',
    find: 'if (valueWei === null && !isForced) return mostUnpricedFee(chain);',
    replace: '',
    specs: ['src/sweeper/paths/most-fee'],
  },
  {
    fault: 'one node is enough to give a transaction up',
    find: 'counting.every(({ isForGood }) => isForGood)',
    replace: 'counting.some(({ isForGood }) => isForGood)',
    specs: ['src/chain/accounts/one-endpoint-alone'],
  },
  {
    fault: 'a node that was not heard counts as one that refuses a transaction for good',
    find: "const counting = all.filter(({ stand }) => stand !== 'gone');",
    replace: "const counting = all.filter(({ stand }) => stand === 'refuses');",
    specs: ['src/chain/accounts/one-endpoint-alone'],
  },
  {
    fault: 'one endpoint hides the payments in a token by calling it the native asset',
    find: 'const stillRead = (problem: TokenProblem) => ({ ...problem, isNative: false });',
    replace: 'const stillRead = (problem: TokenProblem) => problem;',
    specs: ['src/chain/tokens/token-looks'],
  },
  {
    fault: 'gas that is under way is sent once more',
    find: "if (await isGasUnderWay(manager, chainId, to, after)) return { state: 'under_way' };",
    replace: '',
    specs: GAS_ONCE,
  },
  {
    fault: 'more gas comes back than was sent',
    find: 'const left = atLeastNothing(beside < sent ? beside : sent);',
    replace: 'const left = atLeastNothing(beside);',
    specs: GAS_ONCE,
  },
  {
    fault: 'money that a reorg took stays in the books',
    find: 'posting: isMoney ? postingOf(transfer) : null',
    replace: 'posting: postingOf(transfer)',
    specs: ['test/e2e/ledger.spec', 'test/medium/ledger.spec'],
  },
  {
    fault: 'what a transaction costs is not in the books',
    find: "const legs = [...movements.flatMap(outgoingLegs), ...moved(feePaidBy, { account: 'fees' }, null, fee)];",
    replace: 'const legs = movements.flatMap(outgoingLegs);',
    specs: ['src/ledger/'],
  },
  {
    fault: 'the shares of a fee are rounded up',
    find: 'index === 0 ? share + rest : share',
    replace: 'share + rest',
    specs: ['src/outgoing/fee-shares'],
  },
  {
    fault: 'the most that a fee may be is rounded up',
    find: 'return (valueWei * BigInt(maxFeeBps)) / WHOLE_BPS;',
    replace: 'return (valueWei * BigInt(maxFeeBps)) / WHOLE_BPS + 1n;',
    specs: ['src/sweeper/planning/fee-ceiling'],
  },
  {
    fault: 'money that went back may go back again',
    find: 'if (refunded + promised + amount > confirmed) {',
    replace: 'if (amount > confirmed) {',
    specs: ['test/e2e/refund-requests'],
  },
  {
    fault: 'a transfer may take more gas than any block has',
    find: 'return wanted < fits ? wanted : fits;',
    replace: 'return wanted;',
    specs: ['src/outgoing/gas.spec'],
  },
];
