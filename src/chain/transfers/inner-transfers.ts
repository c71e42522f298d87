import { type CallFrame, type ParityTrace } from '../rpc/answers/traces.js';
import { type Address } from '../../ids/ids.js';

/** Value that a contract moved while a transaction ran. Addresses lower-case, wei. */
export interface InnerTransfer {
  from: Address;
  to: Address;
  amount: bigint;
}

/** A delegated call carries the value of the frame around it, and moves none itself; CALLCODE moves it to itself. */
const MOVING_FRAMES = new Set(['CALL', 'CREATE', 'CREATE2', 'SELFDESTRUCT']);
const STANDING_FRAMES = new Set(['STATICCALL', 'DELEGATECALL', 'CALLCODE']);

/**
 * What moved inside a transaction, in the order in which it happened. Its own value, which is no inner transfer, is left
 * out, and so is what was undone.
 */
export function ofCallFrames(top: CallFrame): InnerTransfer[] {
  return isUndone(top) ? [] : (top.calls ?? []).flatMap(movedBy);
}

function movedBy(frame: CallFrame): InnerTransfer[] {
  if (isUndone(frame)) return [];
  const own = MOVING_FRAMES.has(kindOf(frame)) ? transferOf(frame.from, frame.to, frame.value) : [];
  return [...own, ...(frame.calls ?? []).flatMap(movedBy)];
}

function kindOf({ type }: CallFrame): string {
  return type.toUpperCase();
}

/** Or may be: what cannot be read may say so. */
function isUndone({ error, unread }: Pick<CallFrame, 'error' | 'unread'>): boolean {
  return error !== undefined || unread?.includes('error') === true;
}

/**
 * The same by the other way to trace: both give the same list, so that a transfer is known by its place in it whichever
 * node was asked.
 * @param traces of one transaction, in the order in which they came
 */
export function ofParityTraces(traces: readonly ParityTrace[]): InnerTransfer[] {
  return standing(traces)
    .filter(({ traceAddress }) => traceAddress.length > 0)
    .flatMap(movedByTrace);
}

/** Those that were not undone. */
function standing(traces: readonly ParityTrace[]): ParityTrace[] {
  const isBelowUndone = belowAnyOf(traces.filter(isUndone));
  return traces.filter((trace) => !isBelowUndone(trace));
}

/** One place in the tree of calls. */
interface Place {
  isMarked: boolean;
  below: Map<number, Place>;
}

/** Whether a trace is one of some, or below one: told in as many steps as it is deep, since anybody may have many calls fail. */
function belowAnyOf(some: readonly ParityTrace[]): (trace: ParityTrace) => boolean {
  const top: Place = { isMarked: false, below: new Map() };
  for (const { traceAddress } of some) {
    let place = top;
    for (const step of traceAddress) {
      const next = place.below.get(step) ?? { isMarked: false, below: new Map() };
      place.below.set(step, next);
      place = next;
    }
    place.isMarked = true;
  }
  return ({ traceAddress }) => {
    let place: Place | undefined = top;
    for (const step of traceAddress) {
      if (place === undefined || place.isMarked) break;
      place = place.below.get(step);
    }
    return place?.isMarked === true;
  };
}

const ENDS = new Set(['suicide', 'selfdestruct']);
const CREATES = new Set(['create', 'create2']);

function movedByTrace(trace: ParityTrace): InnerTransfer[] {
  const { action, result } = trace;
  const type = trace.type.toLowerCase();
  if (ENDS.has(type)) return transferOf(action.address, action.refundAddress, action.balance);
  if (CREATES.has(type)) return transferOf(action.from, result?.address, action.value);
  return type === 'call' && callTypeOf(action) === 'call'
    ? transferOf(action.from, action.to, action.value)
    : [];
}

function callTypeOf({ callType = '' }: ParityTrace['action']): string {
  return callType.toLowerCase();
}

function transferOf(from?: Address, to?: Address, amount = 0n): InnerTransfer[] {
  if (amount === 0n || from === undefined || to === undefined) return [];
  return [{ from, to, amount }];
}

/**
 * What in frames other nodes do not do: a frame of a kind that is not known, or one that moves value and does not say how
 * much, from where, or where to. It may be a newer fork, or something of it was lost. What was undone does not matter.
 * @returns in words; null where there is nothing
 */
export function oddInFrames(top: CallFrame): string | null {
  if (top.type === '') return 'what is no frame';
  return oddBelow(top);
}

function oddBelow({ error, unread, calls = [] }: CallFrame): string | null {
  if (error !== undefined) return null;
  if (unread?.includes('error') === true) return 'an error that cannot be read';
  if (unread?.includes('calls') === true) return 'calls that cannot be read';
  return firstOdd(calls, (frame) => oddFrame(frame) ?? oddBelow(frame));
}

function oddFrame(frame: CallFrame): string | null {
  const kind = kindOf(frame);
  const { value, from, to, error } = frame;
  if (STANDING_FRAMES.has(kind) || value === 0n || error !== undefined) return null;
  if (!MOVING_FRAMES.has(kind)) return `frames of the kind ${kind}`;
  if (value === undefined) return `${kind} without a value`;
  if (from === undefined) return `${kind} from nobody`;
  return to === undefined ? `${kind} to nobody` : null;
}

const OTHER_CALL_TYPES = new Set(['delegatecall', 'staticcall', 'callcode']);
/** No transaction brings them: the block does. */
const REWARDS = new Set(['reward', 'uncle']);

/** The same of the other way to trace. @param traces of one transaction, or of none */
export function oddInTraces(traces: readonly ParityTrace[]): string | null {
  const isBelowUndone = belowAnyOf(traces.filter(({ error }) => error !== undefined));
  return firstOdd(traces, (trace) => {
    const { unread = [] } = trace;
    if (REWARDS.has(trace.type.toLowerCase())) return null;
    if (unread.includes('error')) return 'an error that cannot be read';
    if (unread.includes('traceAddress')) return 'a place that cannot be read';
    return isBelowUndone(trace) ? null : oddTrace(trace);
  });
}

function oddTrace(trace: ParityTrace): string | null {
  const { action, result, transactionHash } = trace;
  const type = trace.type.toLowerCase();
  if (transactionHash === null) return `${type} of no transaction`;
  if (ENDS.has(type)) {
    return action.balance === 0n ? null : lacking(type, action, 'address', 'refundAddress', 'balance');
  }
  if (CREATES.has(type)) {
    if (action.value === 0n) return null;
    return result?.address === undefined ? 'create of nothing' : lacking(type, action, 'from', 'value');
  }
  if (type !== 'call') return `traces of the kind ${type}`;
  const callType = callTypeOf(action);
  if (OTHER_CALL_TYPES.has(callType) || action.value === 0n) return null;
  if (callType !== 'call') return `calls of the kind ${callType || 'none'}`;
  return lacking(type, action, 'from', 'to', 'value');
}

function lacking(
  type: string,
  action: ParityTrace['action'],
  ...names: (keyof ParityTrace['action'])[]
): string | null {
  const name = names.find((one) => action[one] === undefined);
  return name === undefined ? null : `${type} without ${name}`;
}

function firstOdd<T>(items: readonly T[], oddIn: (item: T) => string | null): string | null {
  for (const item of items) {
    const odd = oddIn(item);
    if (odd !== null) return odd;
  }
  return null;
}
