import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { computeAddress, hexlify, SigningKey, Transaction, type TransactionLike } from 'ethers';
import { keccak256 } from './keccak.js';
import { type RawTransaction } from '../blocks/raw-block.js';
import { transaction as readTransaction } from '../rpc/answers/blocks.js';
import { signerOf } from './sender.js';
import { encodeTransaction } from './transaction-encoding.js';
import { toAddress } from '../../ids/ids.js';

const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => hexlify(bytes));
const key = hex(32)
  .filter((candidate) => BigInt(candidate) > 0n && BigInt(candidate) < 2n ** 255n)
  .map((candidate) => new SigningKey(candidate));
const address = hex(20).map(toAddress);
const chainId = fc.bigInt(1n, 2n ** 32n);
const wei = fc.bigInt(0n, 2n ** 90n);
const gas = fc.bigInt(0n, 30_000_000n);
const nonce = fc.nat(100_000);
const accessList = fc.array(fc.record({ address, storageKeys: fc.array(hex(32), { maxLength: 2 }) }), {
  maxLength: 2,
});

/** A signed transaction of each type, made by ethers, whose encoder is another one than ours. */
const signed = fc
  .record({
    type: fc.constantFrom(0, 1, 2, 3, 4),
    key,
    // 0: a legacy transaction from before EIP-155.
    chainId,
    isBeforeEip155: fc.boolean(),
    nonce,
    gas,
    fees: fc.tuple(wei, wei, wei),
    to: fc.option(address),
    value: wei,
    data: fc.uint8Array({ maxLength: 80 }).map((bytes) => hexlify(bytes)),
    accessList,
    blobs: fc.array(
      hex(31).map((tail) => `0x01${tail.slice(2)}`),
      { minLength: 1, maxLength: 3 },
    ),
    authority: key,
  })
  .map((given) => {
    const { type } = given;
    const [gasPrice, maxPriorityFeePerGas, more] = given.fees;
    const isDynamic = type >= 2;
    const fields: TransactionLike = {
      type,
      chainId: type === 0 && given.isBeforeEip155 ? 0n : given.chainId,
      nonce: given.nonce,
      gasLimit: given.gas,
      // Blob and set-code transactions create no contracts.
      to: type >= 3 ? (given.to ?? computeAddress(given.authority)) : given.to,
      value: given.value,
      data: given.data,
      ...(isDynamic ? { maxPriorityFeePerGas, maxFeePerGas: maxPriorityFeePerGas + more } : { gasPrice }),
      ...(type >= 1 ? { accessList: given.accessList } : {}),
      ...(type === 3 ? { maxFeePerBlobGas: gasPrice, blobVersionedHashes: given.blobs } : {}),
      ...(type === 4
        ? {
            authorizationList: [
              {
                chainId: given.chainId,
                address: computeAddress(given.key),
                nonce: 7n,
                signature: given.authority.sign(keccak256(Uint8Array.of(5))),
              },
            ],
          }
        : {}),
    };
    const transaction = Transaction.from(fields);
    transaction.signature = given.key.sign(transaction.unsignedHash);
    return transaction;
  });

const quantity = (value: bigint | number | null) => `0x${BigInt(value ?? 0).toString(16)}`;

/** EIP-155. */
const legacyV = (yParity: number, chainId: bigint) =>
  BigInt(yParity) + (chainId === 0n ? 27n : 35n + 2n * chainId);

/** As a node reports it. */
function reported(transaction: Transaction): RawTransaction {
  const { signature, type } = transaction;
  if (!signature) throw new Error('not signed');
  return readTransaction({
    hash: transaction.hash as string,
    type: quantity(type),
    from: transaction.from as string,
    to: transaction.to,
    value: quantity(transaction.value),
    nonce: quantity(transaction.nonce),
    gas: quantity(transaction.gasLimit),
    gasPrice: quantity(transaction.gasPrice),
    maxFeePerGas: quantity(transaction.maxFeePerGas),
    maxPriorityFeePerGas: quantity(transaction.maxPriorityFeePerGas),
    maxFeePerBlobGas: quantity(transaction.maxFeePerBlobGas),
    blobVersionedHashes: transaction.blobVersionedHashes ?? [],
    accessList: transaction.accessList ?? [],
    authorizationList: (transaction.authorizationList ?? []).map((one) => ({
      chainId: quantity(one.chainId),
      address: one.address,
      nonce: quantity(one.nonce),
      yParity: quantity(one.signature.yParity),
      r: one.signature.r,
      s: one.signature.s,
    })),
    input: transaction.data,
    chainId: quantity(transaction.chainId),
    v: quantity(type === 0 ? legacyV(signature.yParity, transaction.chainId) : signature.yParity),
    r: quantity(BigInt(signature.r)),
    s: quantity(BigInt(signature.s)),
  });
}

describe('encodeTransaction', () => {
  it('makes of every type and field the bytes that were signed', () => {
    fc.assert(
      fc.property(signed, (transaction) => {
        expect(hexlify(encodeTransaction(reported(transaction)) as Uint8Array)).toBe(transaction.serialized);
      }),
    );
  });

  it('does not let a changed recipient or amount pass for the same transaction', () => {
    fc.assert(
      fc.property(signed, address, (transaction, other) => {
        fc.pre(transaction.to?.toLowerCase() !== other);
        const raw = reported(transaction);
        const changes = [{ to: other }, { value: raw.value + 1n }];
        for (const change of changes) {
          const encoded = encodeTransaction({ ...raw, ...change }) as Uint8Array;
          expect(keccak256(encoded)).not.toBe(raw.hash);
        }
      }),
    );
  });

  it('says when it does not know a type', () => {
    expect(encodeTransaction({ type: 0x71 } as RawTransaction)).toBeNull();
    expect(encodeTransaction({ type: 0x78 } as RawTransaction)).toBeNull();
  });

  it('makes the hash of what Arbitrum itself puts in front of a block, and takes it to pay nobody', () => {
    const arbos = '0x00000000000000000000000000000000000a4b05';
    const startOfBlock = {
      type: '0x6a',
      chainId: '0xa4b1',
      hash: '0x23f3f2a9c24b841171116d8032af7a2190389c1567e12a4174cf9bb1ec310765',
      from: arbos,
      to: arbos,
      value: '0x0',
      gas: '0x0',
      input: `0x6bf6a42d${word(0)}${word(0x11b3fb3)}${word(0x8f0d180)}${word(1)}`,
    };
    const encoded = encodeTransaction(readTransaction(startOfBlock)) as Uint8Array;
    expect(keccak256(encoded)).toBe(startOfBlock.hash);
    expect(encodeTransaction(readTransaction({ ...startOfBlock, value: '0x1' }))).toBeNull();
    expect(encodeTransaction(readTransaction({ ...startOfBlock, to: `0x${'11'.repeat(20)}` }))).toBeNull();
  });

  it('covers whom a deposit to Arbitrum pays, and how much', () => {
    const deposit = {
      type: '0x64',
      chainId: '0xa4b1',
      hash: `0x${'22'.repeat(32)}`,
      from: `0x${'33'.repeat(20)}`,
      to: `0x${'44'.repeat(20)}`,
      value: '0x5',
      gas: '0x0',
      requestId: `0x${word(7)}`,
    };
    const encoded = (change: object) =>
      encodeTransaction(readTransaction({ ...deposit, ...change })) as Uint8Array;
    for (const change of [{ value: '0x6' }, { to: deposit.from }, { requestId: `0x${word(8)}` }]) {
      expect(encoded(change)).not.toEqual(encoded({}));
    }
  });
});

const word = (number: number) => number.toString(16).padStart(64, '0');

describe('signerOf', () => {
  it('finds who signed, of every type, whatever sender a node names', () => {
    fc.assert(
      fc.property(signed, address, (transaction, other) => {
        const signer = toAddress(transaction.from as string);
        expect(signerOf({ ...reported(transaction), from: other })).toBe(signer);
      }),
    );
  });

  it('finds nobody where the signature is none', () => {
    fc.assert(
      fc.property(signed, (transaction) => {
        expect(signerOf({ ...reported(transaction), r: '0x0', s: '0x0' })).toBeNull();
      }),
    );
  });
});
