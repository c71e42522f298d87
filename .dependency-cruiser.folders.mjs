import fences from './.dependency-cruiser.cjs';

/** The data source lists the entities of every folder; without it no two folders need each other. */
export default {
  forbidden: [
    {
      name: 'no-circles-of-folders',
      comment: 'Two folders that need each other are one.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^src/' },
      to: { circular: true },
    },
  ],
  options: { ...fences.options, exclude: { path: '^src/database/data-source\\.ts$|\\.spec\\.ts$' } },
};
