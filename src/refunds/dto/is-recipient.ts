import { registerDecorator } from 'class-validator';
import { getAddress, ZeroAddress } from 'ethers';

/** An address that money may go to: a typing error must not send it away for good. */
export function IsRecipient(): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isRecipient',
      target: target.constructor,
      propertyName: propertyName as string,
      validator: {
        validate: isRecipient,
        defaultMessage: () =>
          'to must be an address with its EIP-55 checksum, or all in lower case, and not zero: copy it again from the customer’s wallet',
      },
    });
}

function isRecipient(value: unknown): boolean {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(value)) return false;
  try {
    return getAddress(value) !== ZeroAddress;
  } catch {
    return false;
  }
}
