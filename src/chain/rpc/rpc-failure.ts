import { isRefusedCall } from './refused-call.js';
import { isAboutTransaction } from './broadcast.js';
import { databaseClock } from '../../database/database-clock.js';

/**
 * What became of a call that a node refused or could not answer:
 * - `range_too_large`, `too_many_results`: ask for fewer blocks at once;
 * - `too_large`: its answer to this would be too long, or there were too many calls in one request;
 * - `rate_limited`: ask later, or another endpoint;
 * - `not_found`: the node does not know the block or transaction, which another may;
 * - `not_yet`: it will know it in a moment: it is behind, or still has to execute or index it;
 * - `no_history`: it no longer has what this asks about: pruned, or outside of a window that is kept;
 * - `unsupported`: the node, or the vendor's plan, lacks the method;
 * - `parameters`: it does not take the parameters in this form;
 * - `reverted`: it did what was asked, and the contract refused, or burnt all its gas;
 * - `unauthorized`: the key is wrong, or its plan is used up;
 * - `unproven`: it answered what cannot be right: another form than the method's, or what its own header contradicts;
 * - `internal`, `transient`: the node is in trouble, and may be out of it the next time;
 * - `fatal`: the call itself is at fault, and asking again changes nothing.
 */
export type RpcFailureKind =
  | 'range_too_large'
  | 'too_many_results'
  | 'too_large'
  | 'rate_limited'
  | 'not_found'
  | 'not_yet'
  | 'no_history'
  | 'unsupported'
  | 'parameters'
  | 'reverted'
  | 'unauthorized'
  | 'unproven'
  | 'internal'
  | 'transient'
  | 'fatal';

/** These stand for as long as the node is as it is: asking it the same again changes nothing. */
const LASTING: readonly RpcFailureKind[] = [
  'too_large',
  'range_too_large',
  'too_many_results',
  'no_history',
  'unsupported',
  'parameters',
  'fatal',
];

/** Whether the node refused this very question, and will refuse it again: then another source has to be asked. */
export function isLasting({ kind }: RpcFailure): boolean {
  return LASTING.includes(kind);
}

export interface RpcFailure {
  kind: RpcFailureKind;
  /** The node's own word on how long to wait. */
  retryAfterMs?: number;
  /** The node's own word on how many blocks it takes at once, first and last included. */
  maxBlocks?: number;
  /** The node answered this very call, with an error of JSON-RPC. */
  isAnswered?: boolean;
  /** Nothing came in time, not even a refusal. */
  isSilence?: boolean;
  /** It was not sent: the endpoint is left alone for a while, and `kind` is what it failed with last. */
  isNotAsked?: boolean;
}

/** By the node's own word it may have an answer, and does not give it to us: the plan is used up, or the key wrong. */
const REFUSALS_OF_US: readonly RpcFailureKind[] = ['rate_limited', 'unauthorized'];

export function isRefusalOfUs({ kind }: RpcFailure): boolean {
  return REFUSALS_OF_US.includes(kind);
}

/** What came back, as far as anything did. */
export interface Refusal {
  method: string;
  httpStatus?: number;
  /** The HTTP header, as it came. */
  retryAfter?: string;
  code?: number;
  message: string;
  /** `error.data`: some vendors keep the reason there, and say "invalid params" in the message. */
  data?: unknown;
}

const RATE_LIMITED =
  /rate.?limit|too many requests?|compute units per second|credits limited|request limit reached|(reached|exceeded) (your |the )?(maximum |max )?request limit|requests? per second|capacity limit exceeded|request count exceeded|exceeded .*quota|throttl|requests? limited to \d|throughput limit|reached (the (free tier|quota)|(its|your) (usage|daily|monthly))|too much load|error code: 1015\b/i;
const UNAUTHORIZED =
  /unauthori[sz]ed|rejected due to project|must be authenticated|must authenticate|invalid (api.?key|project id|token|access key)|(api key|key|token|app|project) (is )?(disabled|inactive|invalid|not allowed|missing)|authentication (failed|required)|missing authentication|forbidden|does not have access to (?!archive)/i;
const TOO_MANY_RESULTS =
  /more than [\d,]+ (results|logs)|exceeds? max(imum)? results|too many (logs|results)|matched by query exceeds|response size|response (is )?too (large|big)|query timeout exceeded/i;
const RANGE_TOO_LARGE =
  /block ?range|range exceeds|requested more than [\d.,]+ blocks|blocks distance|too many blocks|getLogs (range|is limited)|\brange \d+ (exceeds|is bigger)|maxBlockRange|requested blocks is|max range|query must be smaller|limit the query to|range allowed for your plan|ranges? over [\d,]+ blocks|blocks? range (over|exceeds|of more)|max(imum)? range/i;
/** geth (also "batch too large"), reth and others on jsonrpsee, gateways. */
const TOO_LARGE =
  /(response|batch|payload|body|content|entity|result)( is| size)? (too (large|big)|exceed(s|ed)?)|(?<!range |range is )too large|batch .{0,40}(limit|exceed|maximum|more than)|exceeds? (the )?max(imum)? (allowed )?(response|batch|payload)|response size should not|(response|result|answer)( size)?( is)? (larger|bigger|longer) than/i;
/** geth, erigon, Nethermind, Besu, reth (also of its window of proofs), Arbitrum, and what vendors say of their plans. */
const NO_HISTORY =
  /missing trie node|historical (state|data|block)|state.{0,60}(not available|unavailable|not found|pruned)|no state available|world state unavailable|prun(ed|ing)|archive|proof window|data (before|older).{0,40}not available|neither stored nor reproducible|first available state|history (is )?(unavailable|not available)|required historical|historical proofs|only (available )?(for|of) (the )?['"`]?latest|no historical rpc|only the (last|most recent)|too old|older than \d+ blocks|earliest available|no state (found|for)|body not available|lowest is \d|state.{0,40}(is missing|removed)|trie does not|outside (of )?the window/i;
/** A range that we ask for is never reversed: its end is beyond the head of the node that says so (execution-apis #875). */
const NOT_YET =
  /invalid block range( params)?\W*$|fromBlock must be (less|lower|smaller)|not (yet|currently) (available|indexed|executed|processed)|currently (not available|unavailable)(?! (on|in|for|with) )|beyond (the )?(current )?head|after last accepted block|block is out of range|in the future|(higher|greater) than (the )?(latest|current|head)|indexing is in progress|not yet|(not|n't) ([\w ]+ )?yet\b|unfinali[sz]ed|less than or equal to the latest|no canonical/i;
const NOT_FOUND =
  /(header|block|block meta|(block )?body|resource|transaction|receipt|state)s?( for hash| #?0?x?[\da-f]+)? (was )?not found|unknown block|(could not|cannot) be found|(could not|cannot|failed to) find (the )?(block|transaction)/i;
const PARAMETERS =
  /invalid (argument|param|parameter|input|request)|(missing|too many|unexpected) (argument|param)|cannot unmarshal|invalid type|unknown field|hex string|hex number|strconv\.|cannot parse|please specify an address/i;
const UNSUPPORTED =
  /method.{0,80}(not (found|supported|available|exist|allowed|whitelisted|enabled|implemented)|does not exist|is disabled|unavailable)|(unsupported|unknown|unrecognized) method|not available on (the|your) \w+ (tier|plan)|not (included|available) in your (current )?plan|^not (supported|implemented)\b|tracing is (not allowed|disabled)|no addon for this method/i;
/** What a transaction may bring only from a fork on; nothing is wrong with the method, whatever code it comes with. */
const NOT_OF_THIS_FORK =
  /\beip-?\d+ (is )?not (supported|enabled|active)|(transaction|tx) type (is )?not supported|unsupported (transaction|tx) type|authorization ?list (is )?not (supported|allowed)/i;
const TRANSIENT =
  /time[d ]?.?out|deadline exceeded|no backend|temporar|try again|unavailable|overloaded|busy|connection|bad gateway|syncing|sync is still in progress/i;
const INTERNAL = /internal (server |json-rpc )?error/i;

/** Tried from top to bottom: the vendors' codes overlap (-32005 is a rate, a range or a count), their words do not. */
const WORDS: readonly (readonly [RpcFailureKind, RegExp])[] = [
  ['rate_limited', RATE_LIMITED],
  ['no_history', /historical state.{0,40}not available/i],
  // A range that goes beyond the head names both, and would be refused if it were shorter as well.
  ['not_yet', NOT_YET],
  ['too_many_results', TOO_MANY_RESULTS],
  ['range_too_large', RANGE_TOO_LARGE],
  ['unauthorized', UNAUTHORIZED],
  ['no_history', NO_HISTORY],
  ['too_large', TOO_LARGE],
  ['not_found', NOT_FOUND],
  ['unsupported', UNSUPPORTED],
  ['internal', INTERNAL],
  ['transient', TRANSIENT],
  ['parameters', PARAMETERS],
];

/** JSON-RPC 2.0, EIP-1474, and the vendors' own. */
const CODES: Readonly<Record<number, RpcFailureKind>> = {
  [4444]: 'no_history',
  [-32008]: 'too_large',
  [-32601]: 'unsupported',
  [-32602]: 'parameters',
  [-32004]: 'unsupported',
  [-32603]: 'internal',
  [-32001]: 'not_found',
  [-32002]: 'transient',
  [-32003]: 'rate_limited',
  [-32005]: 'rate_limited',
  [-32007]: 'rate_limited',
  [-32012]: 'rate_limited',
  [-32029]: 'rate_limited',
  [-32614]: 'range_too_large',
  [-39001]: 'not_found',
  [429]: 'rate_limited',
};

/** Sorts a refusal by the vendor's words, then by its code, then by the HTTP status. */
export function classify(refusal: Refusal): RpcFailure {
  const retryAfterMs = retryAfter(refusal.retryAfter);
  const kind = kindOf(refusal);
  const maxBlocks =
    kind === 'range_too_large' || kind === 'too_many_results' ? blocksIn(wordsOf(refusal)) : undefined;
  return {
    kind,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(maxBlocks === undefined ? {} : { maxBlocks }),
  };
}

function kindOf(refusal: Refusal): RpcFailureKind {
  const { method, httpStatus, code } = refusal;
  if (httpStatus === 429) return 'rate_limited';
  const words = wordsOf(refusal);
  // Of EIP-1474's codes -32003 is "transaction rejected", which some vendors use for rates.
  if (method === 'eth_sendRawTransaction' && isAboutTransaction(words)) return 'fatal';
  // A contract's own words could be any: EIP-1474's 3 says that it was asked, and said no.
  if (code === 3 || /^execution reverted/i.test(words)) return 'reverted';
  // Whatever code it comes with: the node did its work, and what was called refused.
  if (CALLS.includes(method) && isRefusedCall(words)) return 'reverted';
  if (CALLS.includes(method) && NOT_OF_THIS_FORK.test(words)) return 'parameters';
  // Public BSC nodes say this, and nothing else, to every eth_getLogs that is too wide for them.
  if (code === -32005 && method === 'eth_getLogs' && /^limit exceeded\W*$/i.test(words))
    return 'range_too_large';
  if (code === -32601) return 'unsupported';
  // "Archive, debug and trace requests are not available on your plan": the method is what is meant.
  if (/^(debug|trace)_/.test(method) && UNSUPPORTED.test(words)) return 'unsupported';
  // QuickNode has one code for how wide a range and how far back a proof may be.
  if (code === -32614 && method !== 'eth_getLogs') return 'no_history';
  const byWords = WORDS.find(([kind, pattern]) => isOf(kind, method) && pattern.test(words))?.[0];
  if (byWords !== undefined) return byWords;
  if (method === 'eth_sendRawTransaction' && code === TRANSACTION_REJECTED) return 'fatal';
  return CODES[code ?? 0] ?? byStatus(httpStatus, code);
}

/** EIP-1474; some vendors have it for rates, and say so. */
const TRANSACTION_REJECTED = -32003;

/** What runs a contract's code, which may say no. */
const CALLS = ['eth_call', 'eth_estimateGas', 'eth_simulateV1'];

/** Only logs are asked for by range. */
function isOf(kind: RpcFailureKind, method: string): boolean {
  return (kind !== 'range_too_large' && kind !== 'too_many_results') || method === 'eth_getLogs';
}

function byStatus(httpStatus: number | undefined, code: number | undefined): RpcFailureKind {
  if (httpStatus === 413) return 'too_large';
  if (httpStatus === 401 || httpStatus === 402 || httpStatus === 403) return 'unauthorized';
  if (httpStatus !== undefined && httpStatus >= 400 && httpStatus < 500 && httpStatus !== 408) return 'fatal';
  // -32000 to -32099 are the server's own to define; nodes put whatever befell them under -32000.
  // Above them are those of applications: dRPC's 12 is "no suitable provider now".
  if (code !== undefined && code < -32099) return 'fatal';
  return 'transient';
}

function wordsOf({ message, data }: Refusal): string {
  if (data === undefined || data === null) return message;
  return `${message} ${typeof data === 'string' ? data : JSON.stringify(data)}`;
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - databaseClock.nowMs();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

/** How the vendors state their limit; some count blocks, some the distance: taken as blocks, it suits both. */
const LIMITS = [
  /maximum allowed is (\d[\d,.]*)/i,
  /more than (\d[\d,.]*) blocks/i,
  /exceeds limit of (\d[\d,.]*)/i,
  /ranges? over (\d[\d,.]*)/i,
  /range limit (?:of )?(\d[\d,.]*)/i,
  /limited to (?:a )?(\d[\d,.]*)(k?)/i,
  /up to (?:a )?(\d[\d,.]*)(k?) block/i,
  /max(?:imum)? block range[:= ]*(\d[\d,.]*)/i,
  /max(?:imum)? range:? *(\d[\d,.]*)/i,
  /max(?:imum)?(?: is(?: set to)?|:)? (\d[\d,.]*)(k?)/i,
  /blocks distance: (\d[\d,.]*)/i,
  /requested blocks is (\d[\d,.]*)/i,
  /at most (\d[\d,.]*)/i,
  /server limit, narrow your filter: (\d[\d,.]*)/i,
  /(?:block range|range) (?:exceeds|greater than) (\d[\d,.]*)/i,
  /plan \(\d+ > (\d[\d,.]*)\)/i,
  /smaller than size (\d[\d,.]*)/i,
];

function blocksIn(words: string): number | undefined {
  const range =
    /\[(0x[\da-f]+), *(0x[\da-f]+)\]/i.exec(words) ?? /retry with the range (\d+)-(\d+)/i.exec(words);
  if (range) return atLeastOne(Number(range[2]) - Number(range[1]) + 1);
  if (TOO_MANY_RESULTS.test(words)) return undefined;
  for (const limit of LIMITS) {
    const found = limit.exec(words);
    if (found)
      return atLeastOne(
        Number(found[1]?.replace(/[,.]/g, '')) * (found[2]?.toLowerCase() === 'k' ? 1000 : 1),
      );
  }
  return undefined;
}

function atLeastOne(blocks: number): number | undefined {
  return Number.isSafeInteger(blocks) && blocks >= 1 ? blocks : undefined;
}
