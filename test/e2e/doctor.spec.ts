import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic, Wallet } from 'ethers';
import { nodeFinding, pageFindings } from '../../src/doctor/configuration-checks.js';
import { type Finding } from '../../src/doctor/finding.js';
import { toChainId } from '../../src/ids/ids.js';
import { unusedPort } from '../../src/process/ports.js';
import { TEST_MNEMONIC, TEST_SECRET, TestApp } from '../harness/app.js';
import { selfSigned } from '../harness/certificate.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { quittance, type Ran } from '../harness/command-line.js';
import { createDatabase } from '../harness/database.js';
import { hasPgBouncer, startPgBouncer } from '../harness/pgbouncer.js';
import { Receiver } from '../harness/receiver.js';
import { hasRedis, startRedis } from '../harness/redis.js';
import { tempFolder } from '../harness/temp-folder.js';
import { TestChain } from '../harness/test-chain.js';

const XPUB = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'").neuter()
  .extendedKey;

describe('quittance doctor', () => {
  let chain: TestChain;
  let app: TestApp;
  let receiver: Receiver;
  let sound: Record<string, string>;
  const folder = tempFolder();
  const at = (name: string) => join(folder.path, name);
  const file = (name: string, text: string) => {
    writeFileSync(at(name), text, { mode: 0o600 });
    return at(name);
  };

  beforeAll(async () => {
    chain = await TestChain.start();
    receiver = await Receiver.start();
    // An installation that has been in use, and is stopped now.
    app = await TestApp.start({ chains: [chain.config] });
    await app.createPayment();
    await app.close();
    writeChainsFile(at('chains.yaml'), chain.config);
    sound = {
      NODE_ENV: 'production',
      DATABASE_URL: app.database.url,
      DATA_DIR: folder.path,
      CHAINS_FILE: at('chains.yaml'),
      XPUB_FILE: file('xpub', XPUB),
      ENCRYPTION_KEY_FILE: file('key', Buffer.alloc(32, 1).toString('base64')),
      METRICS_TOKEN_FILE: file('token', 'a-token-of-the-monitoring'),
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET_FILE: file('secret', TEST_SECRET),
      WEBHOOK_ALLOW_PRIVATE_NETWORKS: 'true',
      PORT: String(await unusedPort()),
    };
  });
  afterAll(async () => {
    await app?.stop();
    await receiver?.stop();
    await chain?.stop();
    folder.remove();
  });

  /** The cluster of the tests does without, as nothing in it is worth keeping. */
  const isOfTests = ({ what }: Finding) => what.startsWith('fsync is off');
  const examined = async (changes: Record<string, string> = {}) => {
    const ran = await quittance(['doctor', '--json'], { ...sound, ...changes });
    const findings = JSON.parse(ran.out) as Finding[];
    return { ran, findings: findings.filter((one) => !isOfTests(one)), isFsyncOff: findings.some(isOfTests) };
  };
  const problems = async (changes: Record<string, string>) => {
    const { ran, findings, isFsyncOff } = await examined(changes);
    const found = findings.filter(({ status }) => status === 'problem');
    expect(ran.code).toBe(found.length > 0 || isFsyncOff ? 2 : 0);
    return found.map(({ part, what, fix }) => `${part}: ${what}${fix === null ? '' : ` → ${fix}`}`);
  };

  it('finds nothing to fix in a sound installation, and says what it looked at', async () => {
    const { findings, isFsyncOff } = await examined();
    expect(findings.filter(({ status }) => status === 'problem')).toEqual([]);
    expect(isFsyncOff).toBe(true);
    const good = findings.filter(({ status }) => status === 'ok').map(({ part }) => part);
    const parts = [
      'configuration',
      'database',
      'clock',
      'queue',
      'keys',
      'wallet',
      'chain testchain',
      'webhooks',
      'dns',
      'tls',
      'port',
    ];
    expect(good).toEqual(expect.arrayContaining(parts));
    expect(findings).toContainEqual(
      expect.objectContaining({
        part: 'chain testchain',
        status: 'warning',
        what: expect.stringMatching(/one endpoint/),
      }),
    );
    // By GET: no receiver takes it for an event.
    expect(receiver.received.map(({ method }) => method)).toEqual(['GET']);
  });

  it('says which tokens are swept at any cost, where they are swept', async () => {
    const unpriced = /^tokens without a price/;
    const { findings: unswept } = await examined();
    expect(unswept.filter(({ what }) => unpriced.test(what))).toEqual([]);
    const { findings } = await examined({
      XPUB_FILE: '',
      MNEMONIC: TEST_MNEMONIC,
      TREASURY_ADDRESS: Wallet.createRandom().address,
    });
    expect(findings).toContainEqual(
      expect.objectContaining({
        status: 'warning',
        what: expect.stringMatching(
          /^tokens without a price \(TUSD\) have neither a rate, nor native_value, nor a minimum/,
        ),
        fix: expect.stringMatching(/rates.yaml, or native_value or minimum/),
      }),
    );
  });

  it('finds limits in gwei where wei are meant, ws_urls that tell nothing, and processes that run with other settings', async () => {
    const limits = 'sweep: { max_gas_price: 30, max_fee: 21000 }';
    const node = new URL(chain.url).host;
    const heads = `ws_urls: ['ws://127.0.0.1:1', 'ws://${node}']`;
    const yaml = `${readFileSync(at('chains.yaml'), 'utf8').trimEnd()}\n  ${heads}`;
    await app.database.dataSource.query(
      `INSERT INTO running_processes (id, name, roles, settings, seen_at)
       VALUES (gen_random_uuid(), 'process 7 on shop-2', '{api}', '{"PAYMENT_EXPIRY_MINUTES": "5"}', now() + interval '30 seconds')`,
    );
    const { findings } = await examined({ CHAINS_FILE: file('limited.yaml', `${yaml}\n  ${limits}\n`) });
    await app.database.dataSource.query('DELETE FROM running_processes');
    const warnings = findings.filter(({ status }) => status === 'warning').map(({ what }) => what);
    expect(warnings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^max_gas_price is 30 wei, and gas costs \d+ at .* now: nothing is swept/),
        expect.stringMatching(/^max_fee is 21000 wei, and the cheapest transfer costs \d+ at /),
        'PAYMENT_EXPIRY_MINUTES is 30 here, and 5 in process 7 on shop-2',
        '127.0.0.1:1 of ws_urls gives no hints of new heads: the connection was refused or closed',
      ]),
    );
    const good = findings.filter(({ status }) => status === 'ok').map(({ what }) => what);
    expect(good).toContain(`${node} of ws_urls tells of new heads`);
  });

  it('prints the same for a person, with the way out under each', async () => {
    const { out }: Ran = await quittance(['doctor'], { ...sound, PORT: 'eighty' });
    expect(out).toMatch(/^BAD +configuration +PORT: .+$/m);
    expect(out).toMatch(/^ok +wallet +its first address is 0x/m);
    expect(out).toMatch(/^2 to be fixed, \d+ to be looked at, \d+ good$/m);
  });

  it('goes on when half of it is broken', async () => {
    const found = await problems({
      DATABASE_URL: 'postgres://nobody:x@127.0.0.1:1/gone',
      CHAINS_FILE: at('nowhere.yaml'),
      LOG_LEVEL: 'loud',
      XPUB_FILE: '',
    });
    expect(found).toEqual([
      expect.stringMatching(/^configuration: LOG_LEVEL: /),
      expect.stringMatching(/^configuration: XPUB: or MNEMONIC must be given/),
      expect.stringMatching(/^configuration: CHAINS_FILE: names .* cannot be read \(ENOENT\)/),
      expect.stringMatching(/^database: the database at 127.0.0.1:1 cannot be reached .*fix DATABASE_URL/),
    ]);
  });

  it('finds another wallet, another key and a chain that was left with open payments', async () => {
    writeChainsFile(at('other.yaml'), { ...chain.config, name: 'otherchain', chainId: toChainId(5) });
    const found = await problems({
      XPUB_FILE: '',
      MNEMONIC: HDNodeWallet.createRandom().mnemonic?.phrase ?? '',
      ENCRYPTION_KEY_FILE: file('other-key', randomBytes(32).toString('base64')),
      CHAINS_FILE: at('other.yaml'),
    });
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^keys: ENCRYPTION_KEY has another key/),
        expect.stringMatching(/^wallet: this database's payments belong to another wallet/),
        expect.stringMatching(/^chains: payments are open on chain id 31337/),
        expect.stringMatching(
          /^chain otherchain: .* serves chain id 31337, chains.yaml says 5 → fix chain_id/,
        ),
      ]),
    );
  });

  it('finds nodes that do not answer, and tokens that are none', async () => {
    const rpcUrls = ['http://127.0.0.1:1', chain.url, 'https://no-such-host.invalid'];
    const [token] = chain.config.tokens;
    writeChainsFile(at('nodes.yaml'), { ...chain.config, rpcUrls, tokens: [{ ...token!, decimals: 18 }] });
    const found = await problems({ CHAINS_FILE: at('nodes.yaml') });
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^dns: no-such-host.invalid \(rpc_urls of testchain\) cannot be resolved/),
        expect.stringMatching(/^chain testchain: .*127.0.0.1:1 .*→ fix rpc_urls/),
        expect.stringMatching(/^chain testchain: .*no-such-host.invalid/),
        expect.stringMatching(/^chain testchain: .*decimals/),
      ]),
    );
  });

  it('finds a clock that is wrong, by the chain', async () => {
    await chain.rpc('evm_increaseTime', [7_200]);
    await chain.mine();
    const found = await problems({});
    expect(found).toEqual([expect.stringMatching(/^clock: the newest block of .* is 7\d{3} s ahead .*NTP/)]);
  });

  it('finds a schema that nobody may bring up to date, and a role without rights', async () => {
    const database = await createDatabase({ empty: true });
    const role = `clerk_${randomBytes(4).toString('hex')}`;
    await database.dataSource.query(`CREATE ROLE ${role} LOGIN PASSWORD 'clerk'`);
    const url = new URL(database.url);
    [url.username, url.password] = [role, 'clerk'];
    const off = { DATABASE_URL: database.url, MIGRATE: 'off' };
    expect(await problems(off)).toEqual([
      expect.stringMatching(/^database: the schema is not up to date.*quittance migrate/),
      expect.stringMatching(/^clock/),
    ]);
    const clerk = { DATABASE_URL: url.href };
    expect(await problems(clerk)).toContainEqual(expect.stringMatching(/this role may not create tables/));
    await quittance(['migrate'], { DATABASE_URL: database.url });
    expect(await problems(clerk)).toContainEqual(
      expect.stringMatching(/this role lacks rights on .* more → GRANT/),
    );
    await database.dataSource.query(`DROP OWNED BY ${role}`);
    await database.dataSource.query(`DROP ROLE ${role}`);
    await database.drop();
  });

  it('warns of receivers out of reach, and of what others can read', async () => {
    const server = await Receiver.start(selfSigned());
    writeFileSync(at('open'), XPUB, { mode: 0o644 });
    const { findings } = await examined({ WEBHOOK_URL: server.url, XPUB_FILE: at('open') });
    await server.stop();
    const warnings = findings.filter(({ status }) => status === 'warning').map(({ what }) => what);
    expect(warnings).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^WEBHOOK_URL \(https:.*\) cannot be reached: .*certificate/),
        expect.stringMatching(/^XPUB_FILE names .*open, which others may read/),
      ]),
    );
  });

  const pooled = hasPgBouncer() ? it : it.skip;
  pooled('finds a pooler in the wrong mode', async () => {
    const pooler = await startPgBouncer(app.database.url, 'transaction');
    const found = await problems({ DATABASE_URL: pooler.url });
    await pooler.stop();
    expect(found).toContainEqual(
      expect.stringMatching(/^database: .*pooler in transaction mode.*pool_mode=session/),
    );
  });

  const queued = hasRedis() ? it : it.skip;
  queued('finds a Redis that is away, refuses us, or throws jobs away', async () => {
    const redis = await startRedis(undefined, [
      '--requirepass',
      'right',
      '--maxmemory-policy',
      'allkeys-lru',
    ]);
    const refused = await problems({ REDIS_URL: redis.url.replace('//', '//:wrong@') });
    const { findings } = await examined({ REDIS_URL: redis.url.replace('//', '//:right@') });
    await redis.stop();
    expect(refused).toContainEqual(expect.stringMatching(/^queue: the queue at .* refuses us \(WRONGPASS/));
    expect(findings).toContainEqual(
      expect.objectContaining({
        part: 'queue',
        status: 'warning',
        what: expect.stringMatching(/allkeys-lru/),
      }),
    );
    expect(await problems({ REDIS_URL: redis.url })).toContainEqual(
      expect.stringMatching(/^queue: .*does not answer/),
    );
  });

  it('warns of pay pages that customers do not get to, or that anybody could change on the way', () => {
    const said = (publicUrl: string | null, roles = ['api' as const]) =>
      pageFindings({ publicUrl, roles }).map(({ status, what }) => `${status}: ${what}`);
    expect(said('https://pay.example.com')).toEqual([]);
    expect(said('http://pay.example.com')).toEqual([expect.stringMatching(/^warning: .*without TLS/)]);
    expect(said('http://localhost:3000')).toEqual([
      expect.stringMatching(/^warning: .*customer's own device/),
    ]);
    expect(said(null)).toEqual([expect.stringMatching(/^skipped: PUBLIC_URL is not set/)]);
    expect(said(null, [])).toEqual([]);
  });

  it('warns of a Node past its end of life, and finds one that is too old', () => {
    expect(nodeFinding('18.20.4')).toMatchObject({
      status: 'problem',
      fix: expect.stringMatching(/Node 24/),
    });
    expect(nodeFinding('20.18.1').status).toBe('problem');
    expect(nodeFinding('20.19.0').status).toBe('warning');
    expect(nodeFinding('24.1.0').status).toBe('ok');
  });
});
