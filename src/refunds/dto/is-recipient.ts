import { registerDecorator } from 'class-validator';
import { getAddress } from 'ethers';
import { ownerless } from '../../config/ownerless.js';

/** An address that money may go to: a typing error must not send it away for good. */
export function IsRecipient(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isRecipient',
      target: target.constructor,
      propertyName: propertyName as string,
      validator: {
        validate: (value: unknown) => problemOf(value) === null,
        defaultMessage: (args) => `to ${problemOf(args?.value)}`,
      },
    });
}

/** What is wrong with it, as far as the address alone tells; null: nothing. */
function problemOf(value: unknown): string | null {
  if (typeof value !== 'string' || !isWritten(value)) {
    return 'must be an address with its EIP-55 checksum, or all in lower case: copy it again from the customer’s wallet';
  }
  const lost = ownerless(value.toLowerCase());
  return lost === null ? null : `is ${lost}; give the customer’s own address`;
}

function isWritten(value: string): boolean {
  if (!/^0x[0-9a-fA-F]{40}$/.test(value)) return false;
  return value === value.toLowerCase() || value === getAddress(value.toLowerCase());
}
