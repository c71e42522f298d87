/**
 * Addresses that nobody holds a key of, or whose contract keeps what it is sent: money that goes there is lost. Those of
 * one chain are refused on every chain, since a treasury or a customer's address is often used on several.
 */

/** No key has an address with so many leading zeros: finding one takes 2^96 tries. */
const LOWEST_OF_A_KEY = 1n << 64n;

/** Ranges that chains keep for themselves, above the low ones. */
const RESERVED: readonly [pattern: RegExp, what: string][] = [
  // OP stack 0x4200…, Blast 0x4300…, Scroll 0x5300…, Avalanche and its subnets 0x0100… to 0x0300….
  [/^0x[0-9a-f]{2}0{34}[0-9a-f]{4}$/, 'a contract of the chain itself'],
  // The OP stack's implementations behind those, and what it had before (specs.optimism.io, predeploys).
  [/^0x(c0d3){9}[0-9a-f]{4}$/, 'a contract of the chain itself'],
  [/^0x(dead){9}[0-9a-f]{4}$/, 'a contract of the chain itself'],
  // EIP-4788: the system's own sender, 0xff…fe.
  [/^0xf{36}[0-9a-f]{4}$/, 'an address of the chain itself'],
  [/^0x(e{40})$/, 'the placeholder that many programs have for the native asset'],
];

/** By address, lower-case. */
const KNOWN = new Map<string, string>([
  ['0xdead000000000000000042069420694206942069', 'an address to burn money at'],
  // ArbOS, as the sender and fee account of its sequencer.
  ['0xa4b000000000000000000073657175656e636572', 'an address of the chain itself'],
  ['0x000f3df6d732807ef1319fb7b8bb8522d0beac02', 'a contract of the chain itself (EIP-4788)'],
  ['0x0000f90827f1c53a10cb7a02335b175320002935', 'a contract of the chain itself (EIP-2935)'],
  ['0x00000961ef480eb55e80d19ad83579a64c007002', 'a contract of the chain itself (EIP-7002)'],
  ['0x0000bbddc7ce488642fb579f8b00f3a590007251', 'a contract of the chain itself (EIP-7251)'],
  ['0xca11bde05977b3631167028862be2a173976ca11', 'the contract Multicall3, which anybody empties'],
  ['0x4e59b44847b379578588920ca78fbf26c0b4956c', 'the factory of contracts at foreseeable addresses'],
  ['0xce0042b868300000d44a59004da54a005ffdcf9f', 'the factory of contracts of ERC-2470'],
  ['0xba5ed099633d3b313e4d5f7bdc1305d3c28ba5ed', 'the factory of contracts CreateX'],
  ['0x000000000022d473030f116ddee9f6b43ac78ba3', 'the contract Permit2'],
  ['0x5ff137d4b0fdcd49dca30c7cf57e578a026d2789', 'the entry point of ERC-4337'],
  ['0x0000000071727de22e5e9d8baf0edac6f37da032', 'the entry point of ERC-4337'],
  ['0x4337084d9e255ff0702461cf8895ce9e3b5ff108', 'the entry point of ERC-4337'],
  ['0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2', 'the contract of WETH'],
  ['0x82af49447d8a07e3bd95bd0d56f35241523fbab1', 'the contract of WETH'],
  ['0xbb4cdb9cbd36b01bd1cbaebf2de08d9173bc095c', 'the contract of WBNB'],
  ['0x0d500b1d8e8ef31e21c99d1db9a6444d3adf1270', 'the contract of WPOL'],
  ['0xb31f66aa3c1e785363f0875a1b74e27b85fd66c7', 'the contract of WAVAX'],
  ['0x471ece3750da237f93b8e339c536989b8978a438', 'the contract of CELO'],
]);

const BSC: readonly number[] = [56, 97];

/**
 * Nodes of BNB Smart Chain take no transaction from or to these, nor a block that changes what they have: the thief of its
 * bridge in 2022 and a test account (NanoBlackList, core/types/blacklist.go of bnb-chain/bsc).
 */
const BARRED_ON_BSC: readonly string[] = [
  '0x489a8756c18c0b8b24ec2a2b9ff3d4d447f79bec',
  '0xfd6042df3d74ce9959922fec559d7995f3933c55',
  '0xdb789eb5bdb4e559bed199b8b82ded94e1d056c9',
];

/**
 * @param address lower-case
 * @param chainIds of the chains on which it is to get money
 * @returns what it is, where nodes of one of them let nobody pay it; null: they do
 */
export function barred(address: string, chainIds: readonly number[]): string | null {
  const isBarred = BARRED_ON_BSC.includes(address) && chainIds.some((chainId) => BSC.includes(chainId));
  return isBarred ? 'an address that nodes of BNB Smart Chain let nobody pay' : null;
}

/**
 * @param address lower-case
 * @returns what it is, where money sent to it is lost; null: it may be somebody's
 */
export function ownerless(address: string): string | null {
  const number = BigInt(address);
  if (number === 0n) return 'the zero address, which is nobody’s';
  // Precompiles (0x1 to 0x1ff, Arbitrum's 0x64 to 0xff among them), Polygon's and BNB's 0x1000 and up, ZKsync's below 2^16.
  if (number < LOWEST_OF_A_KEY) return 'a precompile or another address of the chain itself, and nobody’s';
  return KNOWN.get(address) ?? RESERVED.find(([pattern]) => pattern.test(address))?.[1] ?? null;
}
