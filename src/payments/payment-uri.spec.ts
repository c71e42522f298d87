import { describe, expect, it } from '@jest/globals';
import { paymentUri } from './payment-uri.js';
import { toAddress, toChainId, toTokenAddress } from '../ids/ids.js';

const payment = {
  address: toAddress('0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359'),
  chainId: toChainId(1),
  amount: 2014000000000000000n,
};

describe('paymentUri', () => {
  it('asks for the native asset in wei', () => {
    expect(paymentUri(payment, null)).toBe(
      'ethereum:0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359@1?value=2014000000000000000',
    );
  });

  it('asks for a token by a call of its transfer function', () => {
    expect(
      paymentUri({ ...payment, amount: 1n }, toTokenAddress('0x89205a3a3b2a69de6dbf7f01ed13b2108b2c43e7')),
    ).toBe(
      'ethereum:0x89205A3A3b2A69De6Dbf7f01ED13B2108B2c43e7@1/transfer?address=0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359&uint256=1',
    );
  });
});
