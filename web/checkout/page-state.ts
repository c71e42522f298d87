import { type AddableChain } from './wallets/pay.js';

/** What the page knows of its payment: written into it by the server, and read again from each newer copy. */
export interface PageState {
  paymentId: string;
  status: string;
  /** Changes whenever money arrives. */
  received: string;
  isPayable: boolean;
  /** Where every option is paid to. */
  address: string;
  options: PayOption[];
}

export interface PayOption {
  id: string;
  chainId: number;
  network: string;
  symbol: string;
  token: string | null;
  /** In base units. */
  amountDue: bigint;
  addable: AddableChain | null;
}
