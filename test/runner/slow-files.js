/** Seconds that the slowest spec files take, roughly: those that are known to take long are begun first. */
export const SLOW_FILES = {
  'test/long/webhook-outages.spec.ts': 105,
  'test/long/simulation-habits.spec.ts': 85,
  'test/long/start-stop.spec.ts': 85,
  'test/long/two-sweepers.spec.ts': 80,
  'test/long/odd-answers.spec.ts': 80,
  'test/long/outages/database-frozen.spec.ts': 65,
  'test/long/outages/database-connections.spec.ts': 65,
  'test/long/webhook-survival.spec.ts': 60,
  'test/long/outages/database-away.spec.ts': 55,
  'test/long/outages/redis-frozen.spec.ts': 55,
  'test/long/outages/redis-away.spec.ts': 55,
  'test/long/late-searches.spec.ts': 50,
};
