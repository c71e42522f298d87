import { DataSource } from 'typeorm';

const prototype = DataSource.prototype as unknown as { buildMetadatas: (this: DataSource) => Promise<void> };
const build = prototype.buildMetadatas;
/** By the list of entities that they are of. */
const built = new Map<unknown, Pick<DataSource, 'entityMetadatas' | 'entityMetadatasMap'>>();

/**
 * What TypeORM reads off the entities is the same for all data sources of our database, and each test has two: it is
 * read once. Whatever asks it for its driver does so while it is read.
 */
prototype.buildMetadatas = async function (): Promise<void> {
  const { options } = this;
  const known = built.get(options.entities);
  if (known === undefined) {
    await build.call(this);
    const { entityMetadatas, entityMetadatasMap } = this;
    built.set(options.entities, { entityMetadatas, entityMetadatasMap });
    return;
  }
  Object.assign(this, { options: { ...options, entities: [] } });
  await build.call(this);
  Object.assign(this, { options, ...known });
};
