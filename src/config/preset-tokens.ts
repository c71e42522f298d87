type PresetToken = readonly [symbol: string, address: string, decimals: number];

/**
 * The stablecoins of each chain that has a preset, by chain id; their decimals are compared with the contract's at start.
 *
 * Main networks: the asset lists of Aave (github.com/bgd-labs/aave-address-book, src/AaveV3<chain>.sol, May 2026), where
 * `USDCn` is what Circle issues itself; DAI on Base, and EURC there and on Avalanche and Ethereum, also by Uniswap's
 * (github.com/Uniswap/default-token-list, August 2026) and Circle's own list
 * (developers.circle.com/stablecoins/eurc-contract-addresses).
 * Test networks: USDC by Circle's addresses as developer.interlace.money/docs/usdc-on-testing-networks lists them.
 *
 * Left out, since no source confirmed them: USDT on Base, Scroll and Sonic; DAI on BSC, Celo, Linea, Scroll,
 * ZKsync, Mantle and Sonic (on Gnosis it is the native asset); EURC elsewhere; and all but USDC on test networks.
 * USDT on Optimism is the bridged one that is in Aave's list; there is a newer one of LayerZero's (USDT0).
 */
export const PRESET_TOKENS: Readonly<Record<number, readonly PresetToken[]>> = {
  1: [
    ['USDC', '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', 6],
    ['USDT', '0xdAC17F958D2ee523a2206206994597C13D831ec7', 6],
    ['DAI', '0x6B175474E89094C44Da98b954EedeAC495271d0F', 18],
    ['EURC', '0x1aBaEA1f7C830bD89Acc67eC4af516284b1bC33c', 6],
  ],
  11_155_111: [['USDC', '0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238', 6]],
  8_453: [
    ['USDC', '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 6],
    ['DAI', '0x50c5725949A6F0c72E6C4a641F24049A917DB0Cb', 18],
    ['EURC', '0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42', 6],
  ],
  84_532: [['USDC', '0x036CbD53842c5426634e7929541eC2318f3dCF7e', 6]],
  42_161: [
    ['USDC', '0xaf88d065e77c8cC2239327C5EDb3A432268e5831', 6],
    ['USDT', '0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9', 6],
    ['DAI', '0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1', 18],
  ],
  421_614: [['USDC', '0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d', 6]],
  10: [
    ['USDC', '0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85', 6],
    ['USDT', '0x94b008aA00579c1307B0EF2c499aD98a8ce58e58', 6],
    ['DAI', '0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1', 18],
  ],
  11_155_420: [['USDC', '0x5fd84259d66Cd46123540766Be93DFE6D43130D7', 6]],
  137: [
    ['USDC', '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', 6],
    ['USDT', '0xc2132D05D31c914a87C6611C10748AEb04B58e8F', 6],
    ['DAI', '0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063', 18],
  ],
  80_002: [['USDC', '0x41E94Eb019C0762f9Bfcf9Fb1E58725BfB0e7582', 6]],
  56: [
    ['USDC', '0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d', 18],
    ['USDT', '0x55d398326f99059fF775485246999027B3197955', 18],
  ],
  43_114: [
    ['USDC', '0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E', 6],
    ['USDT', '0x9702230A8Ea53601f5cD2dc00fDBc13d4dF4A8c7', 6],
    ['DAI', '0xd586E7F844cEa2F87f50152665BCbc2C279D8d70', 18],
    ['EURC', '0xC891EB4cbdEFf6e073e859e987815Ed1505c2ACD', 6],
  ],
  43_113: [['USDC', '0x5425890298aed601595a70AB815c96711a31Bc65', 6]],
  100: [['USDC', '0xDDAfbb505ad214D7b80b1f830fcCc89B60fb7A83', 6]],
  42_220: [
    ['USDC', '0xcebA9300f2b948710d2653dD7B07f33A8B32118C', 6],
    ['USDT', '0x48065fbBE25f71C9282ddf5e1cD6D6A887483D5e', 6],
  ],
  59_144: [
    ['USDC', '0x176211869cA2b568f2A7D4EE941E073a821EE1ff', 6],
    ['USDT', '0xA219439258ca9da29E9Cc4cE5596924745e12B93', 6],
  ],
  534_352: [['USDC', '0x06eFdBFf2a14a7c8E15944D1F4A48F9F95F663A4', 6]],
  324: [
    ['USDC', '0x1d17CBcF0D6D143135aE902365D2E5e2A16538D4', 6],
    ['USDT', '0x493257fD37EDB34451f62EDf8D2a0C418852bA4C', 6],
  ],
  5_000: [
    ['USDC', '0x09Bc4E0D864854c6aFB6eB9A9cdF58aC190D0dF9', 6],
    ['USDT', '0x779Ded0c9e1022225f8E0630b35a9b54bE713736', 6],
  ],
  146: [['USDC', '0x29219dd400f2Bf60E5a23d13Be72B486D4038894', 6]],
};
