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
