import tseslint from 'typescript-eslint';
import knownToBrowsers from './web/lint/known-to-browsers.mjs';

export default tseslint.config(
  { ignores: ['**/dist', 'node_modules', '.data', 'coverage', 'clients', '**/*.d.mts'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
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
    files: ['src/config/**', 'test/**', 'bench/**', 'docs/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.spec.ts', 'test/**', 'bench/**'],
    rules: {
      'max-lines': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    files: ['web/checkout/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    plugins: { browsers: { rules: { 'known-to-browsers': knownToBrowsers } } },
    rules: { 'browsers/known-to-browsers': 'error' },
  },
  { files: ['**/*.{js,cjs,mjs}'], ...tseslint.configs.disableTypeChecked },
  { files: ['**/*.cjs'], languageOptions: { globals: { module: 'writable' } } },
);
