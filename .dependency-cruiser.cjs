/** The fences between modules: who may reach whom, and by which door. */
const OWN = (module) => `^src/${module}/`;

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'ES modules in a circle see each other half loaded.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'pure-files',
      comment: 'The logic that moves money has no framework in it, and is tested without one.',
      severity: 'error',
      from: {
        path: [
          '^src/payments/(lifecycle|given-back|counting|amount|payment-uri|named-asset|(payment|deposit)\\.view)\\.ts$',
          '^src/payment-check/check-finding\\.ts$',
          '^src/checkout/page/.+\\.ts$',
          '^src/events/(event-filter|event\\.schema)\\.ts$',
          '^src/webhooks/(signing/.+|delivery/(retry|outcome|endpoint-gate))\\.ts$',
          '^src/outbound-http/(failure-words|public-address)\\.ts$',
          '^src/rates/(rational|money|currency-table|refusal|observation|judge|agree|rate-book|published|feed-abi|rate\\.views)\\.ts$',
          '^src/process/coalescer\\.ts$',
          '^src/scanner/plan\\.ts$',
          '^src/chain/(proof/.+|transfers/movements|confirmations|rpc/broadcast)\\.ts$',
          '^src/wallet/(bip32|deposit-node|deposit-scheme|deposit-scan|keys)\\.ts$',
          '^src/outgoing/(fees|fee-shares|gas|erc20|transaction-bytes|delegate/sweep-delegate)\\.ts$',
          '^src/sweeper/(planning/(decide|plan|obstacles|sweeping|batches|batch-payload)|sweep\\.view)\\.ts$',
          '^src/refunds/(refund\\.view|refund-outcome)\\.ts$',
          '^src/ledger/(posting|corrections)\\.ts$',
        ],
        pathNot: '\\.spec\\.ts$',
      },
      to: { path: 'node_modules/(@nestjs|typeorm|pg|bullmq)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'scanner-knows-no-webhooks',
      comment:
        'Data flows one way: the scanner applies facts to payments, payments write events, webhooks read them.',
      severity: 'error',
      from: { path: OWN('scanner') },
      to: { path: '^src/(webhooks|queue|wallet|auth)/' },
    },
    {
      name: 'payments-by-their-doors',
      comment: 'Other modules reach payments through these files only.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(payments/|payment-check/|dev-tools/|app\\.module|database/data-source)',
      },
      to: {
        path: OWN('payments'),
        pathNot:
          '^src/payments/(payments\\.module|open-elsewhere|chain-facts\\.(module|service)|observed-transfer|payment-addresses|deposit-funds|given-back|hold-payments|money-of|named-assets?|export/(payment-export(\\.module)?|payment-lines|booked-values)|refund-subjects|dto/is-amount|(payment|deposit)\\.view|pay-page|payment-(news|pages)|linked-payments|lifecycle|.+\\.entity)\\.ts$',
      },
    },
    {
      name: 'payments-know-no-readers',
      comment: 'What payments write, others read.',
      severity: 'error',
      from: { path: '^src/(payments|events)/' },
      to: { path: '^src/(webhooks|scanner|payment-check|refunds|sweeper|outgoing|checkout)/' },
    },
    {
      name: 'webhooks-by-their-doors',
      comment: 'Other modules reach webhooks through the module and the catalogue only.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(webhooks/|app\\.module|database/data-source)' },
      to: {
        path: OWN('webhooks'),
        pathNot:
          '^src/webhooks/(webhooks\\.module|signing/(verify|webhook-headers)|endpoints/return-signer(\\.module)?|handlers/event-handlers\\.module|.+\\.entity)\\.ts$',
      },
    },
    {
      name: 'ledger-by-its-doors',
      comment: 'The books are written by whoever has the facts, and read by the command line.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(ledger/|ledger-check/|cli/|app\\.module|database/data-source)' },
      to: {
        path: OWN('ledger'),
        pathNot:
          '^src/ledger/(ledger\\.module|ledger\\.service|holdings|openings|paying-accounts|top-ups|posting|.+\\.entity)\\.ts$',
      },
    },
    {
      name: 'ledger-knows-no-movers',
      comment: 'Those who move money tell the ledger, not the other way round.',
      severity: 'error',
      from: { path: OWN('ledger') },
      to: { path: '^src/(payments|scanner|sweeper|outgoing|refunds|wallet|webhooks|ledger-check)/' },
    },
    {
      name: 'wallet-by-its-door',
      comment:
        'Keys stay where they are; the command line also makes wallets and looks for what addresses hold.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: '^src/(wallet/|cli/|backup/|doctor/|app\\.module|database/data-source)',
      },
      to: {
        path: OWN('wallet'),
        pathNot:
          '^src/wallet/(wallet\\.module|deposit-addresses|foreign-accounts|unused-addresses|keys(\\.module)?|own-addresses|skipped-addresses|.+\\.entity)\\.ts$',
      },
    },
    {
      name: 'wallet-on-the-command-line',
      comment: 'What the command line may use of it: nothing that signs.',
      severity: 'error',
      from: { path: '^src/(cli|backup|doctor)/' },
      to: {
        path: OWN('wallet'),
        pathNot:
          '^src/wallet/(new-wallet|deposit-scheme|deposit-scan|next-index|scheme-of-settings|unused-addresses|used-addresses|wallet-extent|wallet-source|.+\\.entity)\\.ts$',
      },
    },
    {
      name: 'one-place-signs',
      comment: 'Only what sends money reaches for the keys; payments, API and scanner cannot sign.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/(wallet|outgoing|sweeper)/|^src/refunds/refund-(from-deposit|from-payout|paying\\.module)\\.ts$',
      },
      to: { path: '^src/wallet/keys(\\.module)?\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'movers-do-not-know-each-other',
      comment:
        'Refunds and sweeps meet in `outgoing`, where each registers what the other has to know of it.',
      severity: 'error',
      from: { path: '^src/(refunds|sweeper|outgoing)/' },
      to: { path: '^src/(refunds|sweeper)/', pathNot: OWN('$1') },
    },
    {
      name: 'product-knows-no-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'declared-dependencies',
      comment: 'What the product uses is a dependency, not a development one.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
