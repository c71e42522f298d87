import { settingsTable } from './settings-table.js';

const LANGUAGES: Record<string, string> = { mjs: 'js', py: 'python', php: 'php' };

/**
 * Fills in what the README takes from elsewhere: the table of settings, and files that are tested where they stand.
 * @param read the content of a file of the project
 */
export function fillReadme(readme: string, read: (file: string) => string): string {
  return readme
    .replace(
      /<!-- settings -->[^]*<!-- \/settings -->/,
      () => `<!-- settings -->\n\n${settingsTable()}\n\n<!-- /settings -->`,
    )
    .replace(/<!-- file (\S+) -->[^]*?<!-- \/file -->/g, (_all, file: string) => {
      const language = LANGUAGES[file.split('.').at(-1) ?? ''] ?? '';
      return `<!-- file ${file} -->\n\n\`\`\`${language}\n${read(file).trimEnd()}\n\`\`\`\n\n<!-- /file -->`;
    });
}
