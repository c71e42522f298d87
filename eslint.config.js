import tseslint from 'typescript-eslint';
import knownToBrowsers from './web/lint/known-to-browsers.mjs';

/**
 * The rules that need types are in .oxlintrc.json, since the native compiler tells them twelve times as fast; web/checkout
 * alone is looked at with types here, for a rule of our own.
 */
export default tseslint.config(
  { ignores: ['**/dist', 'node_modules', '.data', 'coverage', 'clients', '**/*.d.mts'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    // What decorators make of an import's type is used when it runs.
    languageOptions: { parserOptions: { emitDecoratorMetadata: true, experimentalDecorators: true } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings are read in src/config only.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [
      'src/wallet/**',
      'src/config/published-keys.ts',
      'src/config/secrets.ts',
      'src/runtime/dev-secrets.ts',
      '**/*.spec.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'ethers',
              importNames: ['BaseWallet', 'HDNodeWallet', 'Mnemonic', 'SigningKey', 'Wallet'],
              message: 'Keys are held and used in src/wallet/keys.ts only.',
            },
            {
              name: 'tiny-secp256k1',
              // Who signed is found without a private key.
              allowImportNames: ['recover'],
              message: 'Keys are held and used in src/wallet only.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    // The host's clock is set, by NTP or by hand, and differs from Postgres' and the chains': these alone ask it.
    ignores: [
      '**/*.spec.ts',
      // Both of them know what it says beside a clock that nobody sets.
      'src/process/running-time.ts',
      'src/database/database-clock.ts',
      // They tell the operator where it is wrong, and when certificates end.
      'src/health/clock-watch.ts',
      'src/doctor/**',
      // How long a head has stood still is told by the time in its block.
      'src/chain/rpc/rpc-pool-member.ts',
      // A dev chain begins now.
      'src/chain/dev-chain/dev-chain.ts',
      // Receivers and shops compare what was signed with their clocks.
      'src/checkout/shop-returns.ts',
      'src/webhooks/delivery/delivery.service.ts',
      'src/webhooks/rest/replay.service.ts',
      'src/webhooks/signing/verify.ts',
      // The queue's jobs are stamped by it.
      'src/webhooks/delivery/webhook-queue.ts',
      // For people to read, of a process that asks no database.
      'src/cli/**',
      'src/backup/dump.ts',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='Date'][property.name='now']",
          message: 'Waits and ages within a process go by steadyMs(), times in rows by databaseClock.',
        },
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Times in rows are of databaseClock.now().',
        },
      ],
    },
  },
  {
    files: ['src/config/**', 'test/**', 'bench/**', 'docs/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**', 'bench/**'],
    rules: { 'max-lines': 'off' },
  },
  {
    files: ['web/checkout/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { browsers: { rules: { 'known-to-browsers': knownToBrowsers } } },
    rules: { 'browsers/known-to-browsers': 'error' },
  },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
);
