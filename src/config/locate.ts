import { type Document, isMap, type LineCounter } from 'yaml';
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
  const node = document.getIn(root, true);
  if (!isMap(node)) {
    problems.push({ name: `${file}, ${label}`, what: `must be a mapping that starts with "${first}: …"` });
    return null;
  }
  const lineAt = (path: Path): number => {
    for (let known = path; known.length > 0; known = known.slice(0, -1)) {
      const found = document.getIn([...root, ...known], true) as
        { range?: [number, number, number] } | undefined;
      if (found?.range) return lines.linePos(found.range[0]).line;
    }
    return lines.linePos(node.range?.[0] ?? 0).line;
  };
  return {
    // Big integers would lose digits as JS numbers: amounts are read as they are written.
    value: node.toJS(document) as Record<string, unknown>,
    source: (path) => {
      const found = document.getIn([...root, ...path], true) as { source?: string } | undefined;
      return found?.source;
    },
    complain: (path, what) =>
      problems.push({ name: `${file} line ${lineAt(path)}, ${path.join('.') || label}`, what }),
  };
}
