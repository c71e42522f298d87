/* BullMQ jobs that do nothing, per second, added and done: `no-op.ts <jobs> <database url> [redis url]`. */
import { createPostgresBackend, createRedisBackend, Queue, setDefaultBackendFactory, Worker } from 'bullmq';

const [jobs = '0', databaseUrl = '', redisUrl] = process.argv.slice(2);
const NAME = 'no-op';
const BULK = 500;
const options = { removeOnComplete: true, removeOnFail: true };
const count = Number(jobs);
if (redisUrl) setDefaultBackendFactory(createRedisBackend);
else setDefaultBackendFactory(createPostgresBackend);
const connection = (
  redisUrl
    ? { url: redisUrl, maxRetriesPerRequest: null }
    : { connectionString: databaseUrl, schema: 'bullmq', max: 10, migrate: true }
) as object;

const queue = new Queue(NAME, { connection });
await queue.waitUntilReady();
let done = 0;
let finish: () => void;
const finished = new Promise<void>((resolve) => (finish = resolve));
const worker = new Worker(
  NAME,
  async () => {
    done += 1;
    if (done === count) finish();
    return Promise.resolve();
  },
  { connection, concurrency: 100 },
);
await worker.waitUntilReady();
const startedAt = performance.now();
for (let start = 0; start < count; start += BULK) {
  const bulk = Array.from({ length: BULK }, (_, index) => ({
    name: 'deliver',
    data: { id: String(start + index) },
    opts: { jobId: `job-${start + index}`, ...options },
  }));
  await queue.addBulk(bulk);
}
await finished;
console.log(JSON.stringify({ perSecond: (count * 1000) / (performance.now() - startedAt) }));
await worker.close();
await queue.close();
process.exit(0);
