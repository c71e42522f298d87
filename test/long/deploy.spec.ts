import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { OUTSIDE_PREFIX } from '../../src/configure-app.js';
import { unusedPort } from '../../src/process/ports.js';
import { selfSigned } from '../harness/certificate.js';
import { endWithUs } from '../harness/end-with-us.js';
import { tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

const ROOT = join(import.meta.dirname, '../..');
const fileOf = (name: string) => join(ROOT, 'deploy', name);
const run = promisify(execFile);

function has(command: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

interface Manifest {
  apiVersion: string;
  kind: string;
  spec: {
    template?: { spec: { containers: [{ env: { name: string }[] } & Record<string, unknown>] } };
  } & Record<string, unknown>;
}

describe('the Kubernetes manifest', () => {
  const manifests = () =>
    parseAllDocuments(readFileSync(fileOf('kubernetes.yaml'), 'utf8')).map(
      (document) => document.toJSON() as Manifest,
    );

  /** What Kubernetes' own schema says of them, by the types made of it: fields that are not known as well. */
  function problemsOf(objects: readonly Manifest[]): string[] {
    const lines = objects.map(({ apiVersion, kind, ...rest }, index) => {
      const value = JSON.stringify({ apiVersion, kind, ...rest });
      return (
        `import { type I${kind} as K${index} } from 'kubernetes-models/${apiVersion}/${kind}';\n` +
        `export const o${index}: K${index} = ${value};`
      );
    });
    const name = join(import.meta.dirname, 'manifest-of-this-test.ts');
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      lib: ['lib.es2022.d.ts'],
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    };
    const host = ts.createCompilerHost(options);
    const [readSource, exists] = [host.getSourceFile.bind(host), host.fileExists.bind(host)];
    host.fileExists = (file) => file === name || exists(file);
    host.getSourceFile = (file, ...how) =>
      file === name
        ? ts.createSourceFile(file, lines.join('\n'), ts.ScriptTarget.ES2022)
        : readSource(file, ...how);
    const program = ts.createProgram([name], options, host);
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  }

  it('is valid, down to every field', () => {
    expect(manifests().map(({ kind }) => kind)).toEqual(['Deployment', 'Service']);
    expect(problemsOf(manifests())).toEqual([]);
  });

  it.each<[string, (container: Record<string, unknown>) => void, RegExp]>([
    [
      'a field that is none',
      (container) => (container.readOnlyRoot = true),
      /'"readOnlyRoot"' does not exist/,
    ],
    ['a value of another type', (container) => (container.ports = '3000'), /not assignable/],
    ['nothing where something is needed', (container) => delete container.name, /'"name"' is missing/],
  ])('is not valid with %s', (_what, change, problem) => {
    const [deployment] = manifests() as [Manifest];
    change(deployment.spec.template?.spec.containers[0] as Record<string, unknown>);
    expect(problemsOf([deployment])).toEqual([expect.stringMatching(problem)]);
  });
});

describe('a command beside the systemd unit', () => {
  const folder = tempFolder();
  afterAll(() => folder.remove());

  it('has its settings and its secrets', async () => {
    const file = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
    file('quittance.env', 'PORT=eighty\nLOG_LEVEL="warn"\n');
    file('database_url', 'postgres://nobody:x@127.0.0.1:1/gone\n');
    file('chains.yaml', '[]');
    const command = run(fileOf('quittance-command'), ['doctor', '--json'], {
      env: { PATH: process.env.PATH, QUITTANCE_ETC: folder.path, DATA_DIR: folder.path },
    });
    const { stdout } = await command.catch((error: { stdout: string }) => error);
    const found = (JSON.parse(stdout) as { what: string }[]).map(({ what }) => what);
    expect(found).toContainEqual(expect.stringMatching(/^PORT: /));
    expect(found).toContainEqual(expect.stringMatching(/^the database at 127\.0\.0\.1:1 cannot be reached/));
    expect(found).not.toContainEqual(expect.stringMatching(/^LOG_LEVEL: /));
  });
});

(has('systemd-analyze') ? describe : describe.skip)('the systemd unit', () => {
  it('is one that systemd takes, and keeps most of the machine from the service', async () => {
    // It is verified with the paths it has when installed: what runs it is there on every machine that runs this test.
    const folder = tempFolder();
    const unit = readFileSync(fileOf('quittance.service'), 'utf8').replace('/usr/bin/node', process.execPath);
    const path = join(folder.path, 'quittance.service');
    writeFileSync(path, unit);
    try {
      const { stdout, stderr } = await run('systemd-analyze', ['verify', path]);
      expect((stdout + stderr).split('\n').filter((line) => line.includes('quittance'))).toEqual([]);
      const security = await run('systemd-analyze', ['security', '--offline=yes', '--threshold=30', path]);
      expect(security.stdout).toMatch(/exposure level for quittance.service: \d\.\d OK/);
    } finally {
      folder.remove();
    }
  });
});

(has('nginx') ? describe : describe.skip)('the nginx example', () => {
  const folder = tempFolder();
  const seen: { url: string; headers: IncomingHttpHeaders }[] = [];
  let upstream: Server;
  let nginx: ChildProcess;
  let callOff: () => void;
  let port: number;
  let ca: string;

  beforeAll(async () => {
    upstream = createServer(({ url = '', headers }, response) => {
      seen.push({ url, headers });
      response.setHeader('x-accel-buffering', 'no');
      response.end('from Quittance');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    port = await unusedPort();
    const plain = await unusedPort();
    const { cert, key } = selfSigned({ host: 'pay.example.com' });
    ca = cert;
    const inFolder = (name: string, text: string) => {
      writeFileSync(join(folder.path, name), text);
      return join(folder.path, name);
    };
    const site = readFileSync(fileOf('nginx.conf'), 'utf8')
      .replace(/.*listen \[::\].*\n/g, '')
      .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replace('listen 80', `listen 127.0.0.1:${plain}`)
      .replace(/\/etc\/letsencrypt\/\S+fullchain.pem/, inFolder('cert.pem', cert))
      .replace(/\/etc\/letsencrypt\/\S+privkey.pem/, inFolder('key.pem', key))
      .replace('127.0.0.1:3000', `127.0.0.1:${(upstream.address() as AddressInfo).port}`);
    const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${folder.path}/${kind};`,
    );
    const main = inFolder(
      'nginx.conf',
      `daemon off; pid ${folder.path}/pid; error_log stderr; ${process.getuid?.() === 0 ? 'user root;' : ''} events {}
       http { access_log off; ${paths.join(' ')} ${site} }`,
    );
    nginx = spawn('nginx', ['-e', 'stderr', '-c', main], { stdio: 'ignore' });
    callOff = endWithUs(nginx.pid as number, 'TERM');
    await waitFor('nginx to listen', () =>
      get('/health/live').then(
        () => true,
        () => false,
      ),
    );
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => nginx.once('exit', resolve));
    nginx.kill('SIGTERM');
    await ended;
    callOff();
    await new Promise((resolve) => upstream.close(resolve));
    folder.remove();
  });

  const get = (path: string, headers = {}) =>
    new Promise<{ status: number; headers: IncomingHttpHeaders }>((resolve, reject) => {
      const host = 'pay.example.com';
      const options = {
        hostname: '127.0.0.1',
        port,
        path,
        ca,
        servername: host,
        headers: { host, ...headers },
      };
      request(options, (answer) => {
        answer.resume().on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
      })
        .on('error', reject)
        .end();
    });

  it('passes on what shops and customers ask for, and keeps what is the operator’s', async () => {
    const ofOperators = ['health', 'metrics'];
    const outside = OUTSIDE_PREFIX.filter((path) => !ofOperators.includes(path)).map(
      (path) => `/${path.replace(/:\w+/g, 'a1b2')}`,
    );
    for (const path of [...outside, '/api/v1/payments'])
      expect([path, (await get(path)).status]).toEqual([path, 200]);
    for (const path of ['/', '/docs', '/openapi.json', ...ofOperators.map((one) => `/${one}`)])
      expect([path, (await get(path)).status]).toEqual([path, 404]);
  });

  it('says who asks, and has browsers stay with TLS', async () => {
    const { headers } = await get('/pay/a1b2', { 'x-forwarded-for': '203.0.113.9' });
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d+/);
    expect(seen.at(-1)?.headers).toMatchObject({
      host: 'pay.example.com',
      // Quittance believes the last one that TRUSTED_PROXIES does not name.
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      'x-request-id': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });
});
