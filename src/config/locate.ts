import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type YAMLMap,
} from 'yaml';
import { type Problem } from './configuration-error.js';
import { type ChainsFileEntry, type Path } from './chains-file-entry.js';

/** A file of YAML, and the problems found in it so far. */
export interface YamlFile {
  document: Document.Parsed;
  lines: LineCounter;
  file: string;
  problems: Problem[];
}

/**
 * One mapping of a file.
 * @param root where it is
 * @param label what to call it where nothing in it is to blame
 * @param first a key that it may begin with, for the message
 * @returns null where it is no mapping, which has been complained about
 */
export function locate(
  { document, lines, file, problems }: YamlFile,
  root: Path,
  label: string,
  first: string,
): ChainsFileEntry | null {
  const node = nodeAt(document, root);
  if (!isMap(node)) {
    problems.push({ name: `${file}, ${label}`, what: `must be a mapping that starts with "${first}: …"` });
    return null;
  }
  let value: Record<string, unknown>;
  try {
    // Big integers would lose digits as JS numbers: amounts are read as they are written.
    value = node.toJS(document) as Record<string, unknown>;
  } catch (error) {
    problems.push({ name: `${file}, ${label}`, what: `cannot be read: ${(error as Error).message}` });
    return null;
  }
  const lineAt = (path: Path): number => {
    for (let known = path; known.length > 0; known = known.slice(0, -1)) {
      const found = nodeAt(document, [...root, ...known]);
      if (found?.range) return lines.linePos(found.range[0]).line;
    }
    return lines.linePos(node.range?.[0] ?? 0).line;
  };
  return {
    value,
    source: (path) => {
      const found = nodeAt(document, [...root, ...path]);
      return isScalar(found) ? found.source : undefined;
    },
    complain: (path, what) =>
      problems.push({ name: `${file} line ${lineAt(path)}, ${path.join('.') || label}`, what }),
  };
}

/** What stands at a place of the document, through names (`*name`) and what is merged in (`<<: *name`). */
function nodeAt(document: Document.Parsed, path: Path): Node | undefined {
  let node: unknown = document.contents;
  for (const key of path) {
    const within = resolved(document, node);
    if (!isCollection(within)) return undefined;
    node = within.get(key, true) ?? (isMap(within) ? mergedIn(document, within, key) : undefined);
  }
  const found = resolved(document, node);
  return isNode(found) ? found : undefined;
}

function resolved(document: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function mergedIn(document: Document.Parsed, map: YAMLMap, key: string | number): unknown {
  for (const pair of map.items) {
    if (!isScalar(pair.key) || pair.key.source !== '<<') continue;
    const given = resolved(document, pair.value);
    const sources = isSeq(given) ? given.items.map((item) => resolved(document, item)) : [given];
    for (const source of sources) {
      const node = isMap(source) ? (source.get(key, true) ?? mergedIn(document, source, key)) : undefined;
      if (node !== undefined) return node;
    }
  }
  return undefined;
}
