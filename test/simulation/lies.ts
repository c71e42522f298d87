import { keccak256 } from 'ethers';
import { type Fault } from '../harness/faulty-rpc.js';
import { failure, result } from '../harness/faulty-rpc-faults.js';

/** What nodes say wrongly of what is signed and sent. */
export interface Lie {
  name: string;
  methods: string[];
  fault: Fault;
}

export const LIES: readonly Lie[] = [
  { name: 'null receipts', methods: ['eth_getTransactionReceipt'], fault: result(null) },
  { name: 'null transactions', methods: ['eth_getTransactionByHash'], fault: result(null) },
  { name: 'old nonces', methods: ['eth_getTransactionCount'], fault: result('0x0') },
  { name: 'nothing there', methods: ['eth_getBalance'], fault: result('0x0') },
  { name: 'nothing called', methods: ['eth_call'], fault: result('0x') },
  { name: 'zero called', methods: ['eth_call'], fault: result(`0x${'00'.repeat(32)}`) },
  { name: 'no estimate', methods: ['eth_estimateGas'], fault: failure(-32_000, 'header not found') },
  { name: 'reverts', methods: ['eth_estimateGas'], fault: failure(3, 'execution reverted: a\u0000b') },
  { name: 'a full pool', methods: ['eth_sendRawTransaction'], fault: failure(-32_003, 'txpool is full') },
  {
    name: 'broadcasts lost',
    methods: ['eth_sendRawTransaction'],
    fault: {
      kind: 'answer',
      answer: ({ params }) => Promise.resolve({ result: keccak256(String(params[0])) }),
    },
  },
  {
    name: 'broadcasts unanswered',
    methods: ['eth_sendRawTransaction'],
    fault: {
      kind: 'answer',
      answer: async (call, ask) => {
        await ask(call);
        return { error: { code: -32_000, message: 'context deadline exceeded' } };
      },
    },
  },
];
