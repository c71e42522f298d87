import { describe, expect, it } from '@jest/globals';
import { loadChains, parseChains } from './load-chains.js';

const GOOD = `
- name: ethereum
  chain_id: 1
  rpc_urls: ["https://a.example/key", "https://b.example"]
  confirmations: [{up_to: "1000000000000000000", blocks: 3}, {blocks: 12}]
  block_time_ms: 12000
  native: {symbol: ETH, decimals: 18}
  tokens:
    - {symbol: USDT, address: "0xdAC17F958D2ee523a2206206994597C13D831ec7", decimals: 6}
    - {symbol: OLD, address: 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48, decimals: 6, enabled: false}
    - symbol: NEW
      address: "0x6B175474E89094C44Da98b954EedeAC495271d0F"
      decimals: 18
      confirmations: [{up_to: 5, blocks: 1}, {blocks: 30}]
  sweep: {minimum: 115792089237316195423570985008687907853269984665640564039457584007913129639935}
- name: polygon
  chain_id: 137
  rpc_url: https://c.example
  rpc_requests_per_second: 25
  confirmations: finalized
  block_time_ms: 2000
  native: {symbol: POL, decimals: 18}
`;
const problemsOf = (content: string) =>
  parseChains(content, 'chains.yaml').problems.map(({ name, what }) => `${name}: ${what}`);
const changed = (from: string, to: string) => problemsOf(GOOD.replace(from, to));

describe('loadChains', () => {
  it('is empty without a file', () => {
    expect(loadChains(null)).toEqual([]);
  });

  it('says that a file cannot be read', () => {
    expect(() => loadChains('/no/such/chains.yaml')).toThrow(
      /CHAINS_FILE: names .* cannot be read \(ENOENT\)/,
    );
  });
});

describe('parseChains', () => {
  it('reads chains, with amounts to the last digit', () => {
    const { chains, problems } = parseChains(GOOD, 'chains.yaml');
    expect(problems).toEqual([]);
    expect(chains).toMatchObject([
      {
        name: 'ethereum',
        chainId: 1,
        rpcUrls: ['https://a.example/key', 'https://b.example'],
        confirmations: {
          kind: 'blocks',
          tiers: [
            { upTo: 10n ** 18n, blocks: 3 },
            { upTo: null, blocks: 12 },
          ],
        },
        tokens: [
          {
            symbol: 'USDT',
            address: '0xdac17f958d2ee523a2206206994597c13d831ec7',
            decimals: 6,
            enabled: true,
          },
          { symbol: 'OLD', enabled: false },
          {
            symbol: 'NEW',
            confirmations: {
              kind: 'blocks',
              tiers: [
                { upTo: 5n, blocks: 1 },
                { upTo: null, blocks: 30 },
              ],
            },
          },
        ],
        sweep: { enabled: true, minimum: 2n ** 256n - 1n },
        startBlock: null,
        rpcRequestsPerSecond: null,
      },
      {
        name: 'polygon',
        confirmations: { kind: 'finality', tag: 'finalized' },
        rpcUrls: ['https://c.example'],
        rpcRequestsPerSecond: 25,
        internalTransfers: 'off',
      },
    ]);
  });

  it('refuses an unknown key, says where, and names the one meant', () => {
    expect(changed('block_time_ms: 12000', 'blocktime_ms: 12000')).toEqual([
      'chains.yaml line 6, blocktime_ms: is not known; did you mean "block_time_ms"?',
      'chains.yaml line 2, block_time_ms: is missing; give a whole number',
    ]);
    expect(changed('symbol: USDT, ', 'symbol: USDT, colour: red, ')[0]).toMatch(
      /line 9, tokens\.0\.colour: is not known; choose from/,
    );
  });

  it.each([
    ['name: ethereum', 'name: Eth', /name: must be 3 to 20/],
    ['name: polygon', 'name: ethereum', /two chains with the name ethereum/],
    ['chain_id: 137', 'chain_id: 1', /two chains with the chain_id 1/],
    ['chain_id: 1\n', 'chain_id: "1"\n', /chain_id: must be a whole number/],
    ['831ec7', '831eC7', /address: is no address, or its EIP-55 checksum/],
    ['0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', '"0xdac17f958d2ee523a2206206994597c13d831ec7"', /twice/],
    ['rpc_url: https://c.example', 'rpc_urls: []', /at least one endpoint/],
    ['rpc_url: https://c.example', 'rpc_url: ftp://user:pw@c.example', /rpc_url.*must be a URL/],
    [
      'decimals: 6}',
      'decimals: 6, start_block: -1}',
      /tokens\.0\.start_block: must be a whole number from 0/,
    ],
    ['rpc_requests_per_second: 25', 'rpc_requests_per_second: 0.5', /must be a whole number from 1/],
    [
      '[{up_to: 5, blocks: 1}, {blocks: 30}]',
      'finalized',
      /tokens\.2\.confirmations: must be a number or tiers/,
    ],
    [
      '{up_to: 5, blocks: 1}',
      '{up_to: x, blocks: 1}',
      /tokens\.2\.confirmations\.0\.up_to: must be an amount/,
    ],
    ['{blocks: 30}', '{blocks: 0}', /blocks: must be a whole number from 1/],
    ['{up_to: 5, blocks: 1}', '{up_to: 5, blocks: 31}', /confirmations\.1\.blocks: must be 31 or more/],
    ['confirmations: finalized', 'confirmations: final', /confirmations: must be a whole number from 1/],
    ['confirmations: finalized', 'confirmations: 0', /confirmations: must be a whole number from 1/],
    ['up_to: "1000000000000000000", ', '', /up_to: is missing; only the last tier/],
    ['{blocks: 12}', '{up_to: 5, blocks: 12}', /must be left out in the last tier/],
    ['"1000000000000000000"', '1e18', /up_to: must be an amount in base units/],
    ['"1000000000000000000"', '5e2', /up_to: must be an amount in base units, digits only: "500"/],
    ['"1000000000000000000"', '1_000', /up_to: must be an amount in base units, digits only: "1000"/],
    ['chain_id: 137', 'chain_id: *x', /line \d+: names \*x, and nothing before it is marked &x/],
    ['chain_id: 137', 'chain_id: !foo 137', /line \d+: Unresolved tag: !foo; take it out/],
    ['chain_id: 137', 'chain_id:137', /line \d+: lacks the space behind its colon/],
    ['chain_id: 137', 'chain_id = 137', /line \d+: has = where YAML has a colon/],
    [
      'chain_id: 137',
      'chain_id: `137`',
      /line \d+: has a value that begins with a sign which YAML keeps for itself/,
    ],
    ['  chain_id: 137', '\u00a0 chain_id: 137', /line \d+: has a character that only looks like a space/],
    ['{symbol: POL, decimals: 18}', 'POL', /native: must be given/],
    [
      '{symbol: POL, decimals: 18}',
      '{symbol: POL, decimals: 6}',
      /native\.decimals: must be 18: every EVM chain/,
    ],
  ])('refuses %p → %p', (from, to, why) => {
    expect(changed(from, to).join('\n')).toMatch(why);
    expect(changed(from, to).join('\n')).not.toContain('pw@');
  });

  const swept = (sweep: string) => parseChains(`${GOOD}  sweep: {${sweep}}\n`, 'chains.yaml');
  const DELEGATE = '0x6B175474E89094C44Da98b954EedeAC495271d0F';

  it('reads that tokens go in batches, twenty together where nothing else is said', () => {
    const read = (more: string) =>
      swept(`path: eip7702, delegate: "${DELEGATE}"${more}`).chains[1]?.sweep.batches;
    expect(read('')).toEqual({ delegate: DELEGATE.toLowerCase(), size: 20 });
    expect(read(', batch: 3')).toEqual({ delegate: DELEGATE.toLowerCase(), size: 3 });
    expect(swept('path: prefund').chains[1]?.sweep).toEqual({ enabled: true, minimum: 0n });
  });

  it.each([
    ['path: permit', /sweep\.path: must be one of prefund, eip7702/],
    ['path: eip7702', /sweep\.delegate: is missing: .*deploy-delegate --chain polygon/],
    [
      `path: eip7702, delegate: "${DELEGATE.replace('B', 'b')}"`,
      /sweep\.delegate: is no address, or its EIP-55/,
    ],
    [
      `path: eip7702, delegate: "${DELEGATE}", batch: 101`,
      /sweep\.batch: must be a whole number from 1 to 100/,
    ],
    [`delegate: "${DELEGATE}"`, /sweep\.delegate: belongs to path: eip7702/],
    ['path: prefund, batch: 5', /sweep\.batch: belongs to path: eip7702/],
  ])('refuses sweep: {%s}', (sweep, why) => {
    const problems = swept(sweep).problems.map(({ name, what }) => `${name}: ${what}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(why);
  });

  it.each([
    ['bas', 'base'],
    ['Base', 'base'],
    ['base-mainnet', 'base'],
    ['arbitrum_one', 'arbitrum'],
    ['ETH', 'ethereum'],
    ['matic', 'polygon'],
    ['8453', 'base'],
    ['op mainnet', 'optimism'],
  ])('says of the preset %s once that it is not known, and which is meant', (preset, meant) => {
    const url = 'rpc_urls: ["https://a.example"]';
    expect(problemsOf(`- {preset: ${preset}, ${url}}\n- {preset: sonic, ${url}}`)).toEqual([
      `chains.yaml line 1, preset: is not known; did you mean "${meant}"?`,
    ]);
    expect(problemsOf(`- {preset: ${preset}, rpc_url: x, colour: red}`)).toHaveLength(3);
  });

  it.each([
    [`${GOOD}\n---\n${GOOD}`, /^chains.yaml line \d+: begins a second document.*line ---/],
    [GOOD.replaceAll('  ', '\t'), /^chains.yaml line 3: begins with a tab/],
    [GOOD.replace('  chain_id: 1\n', '\tchain_id: 1\n'), /^chains.yaml line 3: begins with a tab/],
    ['- name: ethereum\n  - chain_id: 1\n   rpc_url: x', /^chains.yaml line \d/],
    [GOOD.replace('{symbol: ETH', '{symbol: ETH}'), /^chains.yaml line \d/],
    [GOOD.replace('name: ethereum', 'name: "ethereum'), /^chains.yaml line \d/],
    [`${GOOD}  chain_id: 5\n`, /^chains.yaml line 23: Map keys must be unique/],
  ])('tells one mistake of the form once', (content, why) => {
    expect(problemsOf(content)).toEqual([expect.stringMatching(why)]);
  });

  it.each([
    'https://rpc.example/v2/YOUR_KEY',
    'https://rpc.example/v2/your-api-key',
    'https://rpc.example/v2/<API_KEY>',
    'https://rpc.example/v2/${API_KEY}',
    'https://rpc.example/v2/{apiKey}',
    'https://rpc.example/v2/$API_KEY',
    'https://rpc.example/?apikey=API_KEY',
    'https://rpc.example/v2/KEY',
    'https://rpc.example/v2/xxxxxxxx',
    'https://your-endpoint.rpc.example',
    'https://rpc.example/v2/INSERT_KEY_HERE',
    'https://…',
  ])('refuses the endpoint %s, in which a placeholder stands yet', (url) => {
    expect(changed('"https://b.example"', `'${url}'`)).toEqual([
      expect.stringMatching(/^chains.yaml line 4, rpc_urls\.1: has .* write the value itself$/),
    ]);
  });

  it.each([
    'https://rpc.example/v2/kQ3-x_KEY9token',
    'https://rpc.example/?api_key=abc123',
    'https://rpc.example/token/abc',
    'https://my-node.rpc.example',
    'https://user:pw@rpc.example:8545/a%20b',
    'http://[::1]:8545',
  ])('takes the endpoint %s', (url) => {
    expect(changed('"https://b.example"', `"${url}"`)).toEqual([]);
  });

  it.each([
    ['javascript:alert(1)', /must be a URL that starts with http/],
    ['etherscan.io', /must be a URL that starts with http/],
    ['https://user:pw@etherscan.io', /user or password/],
    ['https://etherscan.io/?x=1', /query or fragment/],
    ['https://etherscan.io/tx/', /ends with \/tx\/, which is put behind it/],
    ['https://etherscan.io/address', /ends with \/address/],
    ['https://etherscan.io/tx/{hash}', /placeholder \{hash\}/],
  ])('refuses the explorer %s', (url, why) => {
    const problems = changed('  block_time_ms: 12000', `  block_time_ms: 12000\n  explorer_url: '${url}'`);
    expect(problems).toEqual([expect.stringMatching(why)]);
  });

  it('takes an explorer behind a path', () => {
    const explorer = '  explorer_url: https://www.oklink.com/xlayer';
    expect(changed('  block_time_ms: 12000', `  block_time_ms: 12000\n${explorer}`)).toEqual([]);
  });

  it.each([
    ['rpc_url: https://c.example', 'rpc_url: wss://c.example', /rpc_url.*http:\/\/ or https:\/\//],
    [
      'rpc_url: https://c.example',
      'rpc_url: https://c.example\n  ws_urls: ["https://c.example"]',
      /ws_urls.*ws:\/\//,
    ],
    [
      'rpc_url: https://c.example',
      'rpc_url: https://c.example\n  ws_urls: ["wss://c.example/<key>"]',
      /ws_urls.*<key>/,
    ],
  ])('refuses %p → %p', (from, to, why) => expect(changed(from, to)).toEqual([expect.stringMatching(why)]));

  it('refuses two assets that customers could not tell apart, but a token that its successor replaced', () => {
    expect(changed('symbol: NEW', 'symbol: USDT')).toEqual([
      'chains.yaml: chain "ethereum" has two assets called USDT, which nobody could tell apart; name one otherwise, as USDT.e, with rate: USDT if it is priced alike',
    ]);
    expect(changed('symbol: USDT', 'symbol: ETH')).toEqual([
      expect.stringContaining('two assets called ETH'),
    ]);
    expect(changed('symbol: OLD', 'symbol: USDT')).toEqual([]);
  });

  it.each([
    ['https://a.example/x', 'https://a.example/x/'],
    ['https://a.example/x', 'https://a.example:443/x#2'],
    ['https://a.example', 'https://A.example/?'],
  ])('takes %p and %p for one endpoint', (one, other) => {
    const yaml = `- {name: one, chain_id: 1, rpc_urls: ["${one}", "${other}"], confirmations: 1, block_time_ms: 1000, native: {symbol: ETH, decimals: 18}}`;
    expect(parseChains(yaml, 'chains.yaml').problems.map(({ what }) => what)).toEqual([
      'is listed twice; remove one',
    ]);
  });

  it('refuses a limit of gas under which nothing can move', () => {
    const yaml = `- {name: one, chain_id: 1, rpc_url: "https://a.example", confirmations: 1, block_time_ms: 1000, native: {symbol: ETH, decimals: 18}, sweep: {max_gas: 1}}`;
    expect(problemsOf(yaml).join('\n')).toMatch(/sweep\.max_gas: is below 21000/);
  });

  it('takes parts that are smaller than the least that is swept', () => {
    const yaml = `- {name: one, chain_id: 1, rpc_urls: ["https://a.example"], confirmations: 1, block_time_ms: 1000, native: {symbol: ETH, decimals: 18}, sweep: {minimum: 5, max_per_sweep: 4, max_per_day: 3}}`;
    const { chains, problems } = parseChains(yaml, 'chains.yaml');
    expect(problems).toEqual([]);
    expect(chains[0]?.sweep).toMatchObject({ minimum: 5n, maxPerSweep: 4n, maxPerDay: 3n });
  });

  it('refuses a % in a password that encodes nothing', () => {
    const yaml = `- {name: one, chain_id: 1, rpc_urls: ["https://user:100%@a.example/x"], confirmations: 1, block_time_ms: 1000, native: {symbol: ETH, decimals: 18}}`;
    expect(parseChains(yaml, 'chains.yaml').problems.map(({ what }) => what)).toEqual([
      'has a % in its user or password that is no percent-encoding; write it as %25',
    ]);
  });

  it('refuses an endpoint that is listed twice', () => {
    expect(changed('"https://b.example"', '"https://a.example/key"')).toEqual([
      'chains.yaml line 4, rpc_urls.1: is listed twice; remove one',
    ]);
  });

  it('reads what is named once and merged in, amounts to the last digit, and lines that end as they like', () => {
    const yaml = `- &a
  name: one
  chain_id: 1
  rpc_urls: ["http://127.0.0.1:1"]
  confirmations: 12
  block_time_ms: 2000
  native: {symbol: ETH, decimals: 18}
  sweep: {minimum: &least "12345678901234567890"}
- <<: *a
  name: two
  chain_id: 2
- <<: *a
  name: three
  chain_id: 3
  sweep: {minimum: *least, max_per_day: 99999999999999999999}
`;
    for (const end of ['\n', '\r\n', '\r']) {
      const { chains, problems } = parseChains(yaml.replaceAll('\n', end), 'chains.yaml');
      expect(problems).toEqual([]);
      expect(chains.map(({ name, sweep }) => [name, sweep.minimum])).toEqual([
        ['one', 12345678901234567890n],
        ['two', 12345678901234567890n],
        ['three', 12345678901234567890n],
      ]);
    }
  });

  it('does not follow names without end', () => {
    const bomb = [
      'a: &a [x,x]',
      ...['b', 'c', 'd'].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abc'[at]}`).join(',')}]`),
    ];
    const { problems } = parseChains(`- name: one\n  ${bomb.join('\n  ')}\n`, 'chains.yaml');
    expect(problems).toEqual([
      { name: 'chains.yaml, entry 1', what: expect.stringMatching(/^cannot be read: Excessive alias/) },
    ]);
  });

  it('lists every problem of every chain', () => {
    expect(problemsOf('- name: x\n- 5\n').length).toBeGreaterThan(4);
  });

  it.each(['', 'name: ethereum', '- [', '[]'])('refuses %p, which is no list of chains', (content) => {
    expect(problemsOf(content).length).toBeGreaterThan(0);
  });

  describe('public_rpc_urls, which customers see', () => {
    const withPublic = (url: string) =>
      changed('  block_time_ms: 12000', `  block_time_ms: 12000\n  public_rpc_urls: ["${url}"]`);

    it.each([
      'https://rpc.example',
      'https://rpc.example/eth',
      'https://api.avax.network/ext/bc/C/rpc',
      'https://rpc.example/v1/base-mainnet-8453/public_node',
      'http://localhost:8545',
      'https://b.example',
    ])('takes %s', (url) => {
      expect(withPublic(url)).toEqual([]);
    });

    it.each([
      ['https://eth-mainnet.rpc.example/v2/abcdefghijklmnopqrstuvwx_yz12345', /had a key in it/],
      ['https://rpc.example/0123456789abcdef0123456789abcdef/', /had a key in it/],
      ['https://rpc.example/9f8e7d6c-0199-4cde-9999-0123456789ab', /had a key in it/],
      ['https://rpc.example/?apikey=k', /had a key in it/],
      ['https://user:word@rpc.example', /had a key in it/],
      ['https://a.example/key', /is one of rpc_urls/],
      ['https://A.example:443/key', /is one of rpc_urls/],
      ['http://rpc.example', /must begin with https/],
      ['wss://rpc.example', /http/],
      ['rpc.example', /http/],
    ])('refuses %s', (url, why) => {
      const problems = withPublic(url);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/public_rpc_urls/);
      expect(problems[0]).toMatch(why);
    });

    it('is a list', () => {
      expect(changed('  block_time_ms: 12000', '  block_time_ms: 12000\n  public_rpc_urls: 7')).toHaveLength(
        1,
      );
    });
  });
});
