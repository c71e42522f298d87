import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { getAddress } from 'ethers';
import { parseChains } from './load-chains.js';
import { PRESET_TOKENS } from './preset-tokens.js';
import { FINALITY, PRESETS } from './presets.js';

const read = (content: string) => {
  const { chains, problems } = parseChains(content, 'chains.yaml');
  return { chains, problems: problems.map(({ name, what }) => `${name}: ${what}`) };
};

describe('a preset', () => {
  it.each(Object.keys(PRESETS))('is enough with endpoints: %s', (preset) => {
    const { chains, problems } = read(`- {preset: ${preset}, rpc_urls: ["https://a.example"]}`);
    expect(problems).toEqual([]);
    const { chainId } = PRESETS[preset as keyof typeof PRESETS];
    expect(chains[0]).toMatchObject({ name: preset, chainId, rpcUrls: ['https://a.example'] });
    expect(chains[0]?.tokens).toHaveLength(PRESET_TOKENS[chainId]?.length ?? 0);
  });

  it('gives way to what is written beside it', () => {
    const { chains, problems } = read(`
- preset: base
  name: our-base
  rpc_url: https://a.example
  confirmations: finalized
  proofs: receipts
  tokens: [{symbol: USDX, address: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", decimals: 6}]
`);
    expect(problems).toEqual([]);
    expect(chains[0]).toMatchObject({
      name: 'our-base',
      chainId: 8453,
      blockTimeMs: 2000,
      confirmations: { kind: 'finality', tag: 'finalized' },
      proofs: 'receipts',
      tokens: [{ symbol: 'USDX' }],
    });
  });

  it('has the proofs that are usual for its chain', () => {
    const proofsOf = (preset: string) =>
      read(`- {preset: ${preset}, rpc_urls: ["https://a.example"]}`).chains[0]?.proofs;
    expect(['ethereum', 'arbitrum', 'celo', 'polygon', 'avalanche'].map(proofsOf)).toEqual([
      'full',
      'full',
      'receipts',
      'off',
      'off',
    ]);
  });

  it('that is misspelt is told by the one that was meant', () => {
    const { problems } = read('- {preset: etherium, rpc_urls: ["https://a.example"]}');
    expect(problems).toContainEqual(expect.stringMatching(/preset: .*did you mean "ethereum"/));
  });

  it('is not taken for another chain than its own', () => {
    const { problems } = read('- {preset: base, chain_id: 10, rpc_urls: ["https://a.example"]}');
    expect(problems).toEqual([expect.stringMatching(/chain_id: is not that of the preset "base", 8453/)]);
  });

  it('is of no chain twice, and its tokens are written with their checksums', () => {
    const ids = Object.values(PRESETS).map(({ chainId }) => chainId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, address] of Object.values(PRESET_TOKENS).flat()) expect(getAddress(address)).toBe(address);
  });

  it('is of a chain of which it is said, with a source, what its nodes call finalized', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/chains.md'), 'utf8').replace(/ +/g, ' ');
    const main = Object.keys(PRESETS).filter((name) => !/-|^sepolia$/.test(name));
    expect(Object.keys(FINALITY)).toEqual(main);
    for (const [name, { means, source }] of Object.entries(FINALITY)) {
      expect(page).toContain(`| \`${name}\` | ${means} | ${source} |`);
    }
  });

  it('is in the table of chains as it is, with what its calls come to', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/chains.md'), 'utf8').replace(/ +/g, ' ');
    const told = (calls: number) =>
      calls < 1_000_000
        ? `${Math.round(calls / 1_000).toLocaleString('en')},000`
        : `${(calls / 1_000_000).toFixed(1)} M`;
    for (const [name, { chainId, native, blockTimeMs, confirmations }] of Object.entries(PRESETS)) {
      const head = `| \`${name}\` | ${chainId} | ${native} | ${Math.round(blockTimeMs / 10) / 100} s | ${confirmations.blocks} |`;
      expect(page).toContain(head);
      // Two calls for each block, and one for the head: four block times apart, or as `operation.md` says.
      const aDay = (everyMs: number) => 86_400_000 * (2 / blockTimeMs + 1 / everyMs);
      const [idle, open] = [4 * blockTimeMs, Math.min(4_000, Math.max(250, blockTimeMs / 2))];
      expect(page.split('\n').find((line) => line.startsWith(head))).toContain(
        `| ${told(aDay(idle))} – ${told(aDay(open))} |`,
      );
      expect(page).toMatch(new RegExp(`^- .*\\b${name}\\b.*: ${confirmations.because}`, 'm'));
    }
  });

  it('waits for half a minute on BNB Smart Chain, whose blocks came closer together with each upgrade', () => {
    const { blockTimeMs, confirmations } = PRESETS.bsc;
    expect(blockTimeMs).toBe(450);
    expect(confirmations.blocks * blockTimeMs).toBeGreaterThanOrEqual(30_000);
  });
});
