/* The baseline of bench:api: bare Fastify and one INSERT. `bare-fastify.ts <database url>`; prints its port. */
import { fastify } from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
await pool.query(
  'CREATE TABLE bench_rows (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body jsonb, at timestamptz DEFAULT now())',
);
const app = fastify();
app.post('/', async (request, reply) => {
  const { rows } = await pool.query<{ id: string }>(
    'INSERT INTO bench_rows (body) VALUES ($1) RETURNING id',
    [request.body],
  );
  return reply.status(201).send({ id: rows[0]?.id });
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
console.log(new URL(url).port);
