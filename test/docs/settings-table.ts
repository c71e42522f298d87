import { type SettingDescription, settingsOf } from '../../src/config/setting.js';
import { Settings } from '../../src/config/settings.js';

/** The README's table of settings, in Markdown. */
export function settingsTable(): string {
  const rows = settingsOf(Settings).map(
    (setting) => `| \`${nameOf(setting)}\` | ${defaultOf(setting)} | ${setting.description} |`,
  );
  return ['| setting | default | what it does |', '| --- | --- | --- |', ...rows].join('\n');
}

/** `.env.example`: every setting, with its default commented out. */
export function envExample(): string {
  const blocks = settingsOf(Settings).map((setting) => {
    const { env, description, defaultNote, secret } = setting;
    const note = defaultNote === undefined ? '' : ` (default: ${defaultNote})`;
    const file = secret ? `\n# or ${env}_FILE=/run/secrets/${env.toLowerCase()}` : '';
    return `# ${description}${note}\n# ${env}=${setting.default ?? ''}${file}`;
  });
  return `# Every setting is optional in development. What is commented out shows the default.\n\n${blocks.join('\n\n')}\n`;
}

function nameOf({ env, secret }: SettingDescription): string {
  return secret ? `${env}\`, \`${env}_FILE` : env;
}

function defaultOf(setting: SettingDescription): string {
  return setting.default === undefined ? (setting.defaultNote ?? '–') : `\`${setting.default}\``;
}
