import { v7 as uuidv7 } from 'uuid';

export interface WebhookJob {
  /** The job's own id, so that adding it twice adds it once. */
  id: string;
  /** Theirs, so that one that cannot take them now need not be looked up; left out where nobody knew it. */
  endpointId?: string;
  /** Deliveries to one endpoint that it brings; left out: the one that has the job's id. */
  deliveries?: string[];
  /** Nothing but failures came from the endpoint of late, or the delivery has failed before: others go first. */
  isOfFailing?: boolean;
}

export interface JobPlace {
  /** Of the delivery. */
  id: string;
  endpointId: string;
  /** The job it shares with others; null: it has one of its own. */
  jobId: string | null;
}

/** A job costs the queue about as much as a delivery costs us, so they share one on their first way. */
const DELIVERIES_PER_JOB = 50;

/** Gives deliveries to the same endpoint jobs in common, in the order in which they come. */
export function shareJobs(deliveries: readonly { id: string; endpointId: string }[]): JobPlace[] {
  const ofEndpoint = new Map<string, { id: string; endpointId: string }[]>();
  for (const delivery of deliveries) {
    const group = ofEndpoint.get(delivery.endpointId);
    if (group) group.push(delivery);
    else ofEndpoint.set(delivery.endpointId, [delivery]);
  }
  return [...ofEndpoint.values()].flatMap((group) =>
    chunksOf(group, DELIVERIES_PER_JOB).flatMap((chunk) => {
      const jobId = chunk.length > 1 ? uuidv7() : null;
      return chunk.map(({ id, endpointId }) => ({ id, endpointId, jobId }));
    }),
  );
}

/** The jobs that bring deliveries, in the order of the first of each. */
export function jobsOf(places: readonly JobPlace[]): WebhookJob[] {
  const jobs = new Map<string, WebhookJob>();
  for (const { id, endpointId, jobId } of places) {
    if (jobId === null) jobs.set(id, { id, endpointId });
    else jobs.set(jobId, { id: jobId, endpointId, deliveries: [...(jobs.get(jobId)?.deliveries ?? []), id] });
  }
  return [...jobs.values()];
}

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => all.slice(index * size, (index + 1) * size));
}
