import { KINDS, PROBLEM_CODES, type ProblemKind, UNTYPED_CODES } from '../../src/http/problem-codes.js';

const INTRODUCTION = `# Errors

Every failure of the API is a problem document (RFC 9457), sent as \`application/problem+json\`:

\`\`\`json
{
  "type": "urn:quittance:problem:validation_failed",
  "code": "token_not_offered",
  "title": "The request is not valid",
  "status": 400,
  "detail": "token_id: token 0196… is disabled; GET /chains lists the tokens of each chain",
  "errors": [
    { "field": "token_id", "message": "token 0196… is disabled; GET /chains lists the tokens of each chain" }
  ],
  "request_id": "1f0e6c0e-6b0c-4e58-9a55-5e2f3b1d2c3a"
}
\`\`\`

Decide by \`code\`, and by \`status\` where a code is new to you: more codes may come, and none changes its meaning ([what may change](api.md#what-may-change)). \`detail\` is for people and may be reworded. \`type\` names the kind, of which several codes may be; its last part is in the table's headings. \`request_id\` is in the log and in the header \`x-request-id\`.

Statuses 429 and 503 come with \`retry-after\` where the time is known. After 500, 502, 503, 504 or no answer at all, send the request again with the same \`Idempotency-Key\`: it is done once.

This page is made from \`src/http/problem-codes.ts\` by \`npm run docs:write\`.
`;

/** docs/errors.md. */
export function errorsPage(): string {
  const kinds = (Object.keys(KINDS) as ProblemKind[]).map((kind) => {
    const rows = Object.entries(PROBLEM_CODES).filter(([, one]) => one.kind === kind);
    const { status, title } = KINDS[kind];
    return section(
      `${status} · ${title} (\`${kind}\`)`,
      rows.map(([code, { when }]) => [code, when]),
    );
  });
  const untyped = section('Without a kind of their own (`about:blank`)', Object.entries(UNTYPED_CODES));
  return [INTRODUCTION, ...kinds, untyped].join('\n');
}

/** Padded as prettier pads tables. */
function section(heading: string, rows: [string, string][]): string {
  const cells = [['code', 'when'], ...rows.map(([code, when]) => [`\`${code}\``, when])];
  const widths = [0, 1].map((column) => Math.max(...cells.map((row) => (row[column] as string).length)));
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] as number)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head, ...body] = cells;
  return [`## ${heading}\n`, line(head as string[]), rule, ...body.map(line), ''].join('\n');
}
