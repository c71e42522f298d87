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

/**
 * What moved inside a transaction, in the order in which it happened. Its own value, which is no inner transfer, is left
 * out, and so is what was undone.
 */
export function ofCallFrames(top: CallFrame): InnerTransfer[] {
  return top.error === undefined ? (top.calls ?? []).flatMap(movedBy) : [];
}

function movedBy(frame: CallFrame): InnerTransfer[] {
  if (frame.error !== undefined) return [];
  const own = MOVING_FRAMES.has(frame.type.toUpperCase())
    ? transferOf(frame.from, frame.to, frame.value)
    : [];
  return [...own, ...(frame.calls ?? []).flatMap(movedBy)];
}

/**
 * The same by the other way to trace: both give the same list, so that a transfer is known by its place in it whichever
 * node was asked.
 * @param traces of one transaction, in the order in which they came
 */
export function ofParityTraces(traces: readonly ParityTrace[]): InnerTransfer[] {
  const undone = traces.filter(({ error }) => error !== undefined).map(({ traceAddress }) => traceAddress);
  return traces
    .filter(({ traceAddress }) => traceAddress.length > 0)
    .filter(({ traceAddress }) => !undone.some((failed) => startsWith(traceAddress, failed)))
    .flatMap(movedByTrace);
}

function movedByTrace({ type, action, result }: ParityTrace): InnerTransfer[] {
  if (type === 'suicide') return transferOf(action.address, action.refundAddress, action.balance);
  if (type === 'create') return transferOf(action.from, result?.address, action.value);
  return type === 'call' && action.callType === 'call'
    ? transferOf(action.from, action.to, action.value)
    : [];
}

function transferOf(from?: Address, to?: Address, amount = 0n): InnerTransfer[] {
  if (amount === 0n || from === undefined || to === undefined) return [];
  return [{ from, to, amount }];
}

function startsWith(address: readonly number[], prefix: readonly number[]): boolean {
  return prefix.every((step, index) => address[index] === step);
}

const STANDING_FRAMES = new Set(['STATICCALL', 'DELEGATECALL', 'CALLCODE']);

/**
 * What in frames other nodes do not do: a frame of a kind that is not known, or one that moves value and does not say how
 * much, or where to. It may be a newer fork, or something of it was lost.
 * @returns in words; null where there is nothing
 */
export function oddInFrames(frame: CallFrame): string | null {
  const type = frame.type.toUpperCase();
  if (MOVING_FRAMES.has(type)) {
    if (frame.value === undefined) return `${type} without a value`;
    if (frame.to === undefined && frame.error === undefined) return `${type} to nobody`;
  } else if (!STANDING_FRAMES.has(type)) {
    return `frames of the kind ${type}`;
  }
  return firstOdd(frame.calls ?? [], oddInFrames);
}

const CALL_TYPES = new Set(['call', 'delegatecall', 'staticcall', 'callcode']);

/** The same of the other way to trace. */
export function oddInTraces(traces: readonly ParityTrace[]): string | null {
  return firstOdd(traces, ({ type, action, result, error }) => {
    if (type === 'suicide') return lacking(type, action, 'address', 'refundAddress', 'balance');
    if (type === 'create') {
      const isWithoutResult = error === undefined && result?.address === undefined;
      return isWithoutResult ? 'create of nothing' : lacking(type, action, 'from', 'value');
    }
    if (type !== 'call') return type === 'reward' ? null : `traces of the kind ${type}`;
    if (!CALL_TYPES.has(action.callType ?? '')) return `calls of the kind ${action.callType ?? 'none'}`;
    return lacking(type, action, 'from', 'to', 'value');
  });
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
