const COLOURS = ['\x1b[36m', '\x1b[35m', '\x1b[33m'];
const MARKS: Record<string, string> = {
  created: '○',
  paid: '→',
  detected: '◐',
  confirmed: '●',
  webhook: '✉',
  verified: '✔',
};

/** Prints steps as they happen, with the seconds since the start. */
export class Timeline {
  private readonly startedAt = Date.now();
  private readonly names: string[] = [];

  title(text: string): void {
    console.log(`\n${bold(text)}\n`);
  }

  note(what: string, detail: string): void {
    console.log(`${this.time()}  ${bold(what.padEnd(16))} ${detail}`);
  }

  step(name: string, what: string, detail: string): void {
    if (!this.names.includes(name)) this.names.push(name);
    const colour = COLOURS[this.names.indexOf(name) % COLOURS.length] as string;
    const label = paint(colour, `${MARKS[what] ?? '·'} ${name.padEnd(4)}`);
    console.log(`${this.time()}  ${label} ${what.padEnd(9)} ${dim(detail)}`);
  }

  done(text: string): void {
    console.log(`\n${this.time()}  ${paint('\x1b[32m', `✔ ${text}`)}\n`);
  }

  fail(reason: string): void {
    console.error(`\n${this.time()}  ${paint('\x1b[31m', `✘ ${reason}`)}\n`);
  }

  private time(): string {
    return dim(`${((Date.now() - this.startedAt) / 1000).toFixed(2).padStart(6)} s`);
  }
}

/** Colour is for eyes: not for files, nor where NO_COLOR asks for none. */
function paint(code: string, text: string): string {
  return process.stdout.isTTY && process.env.NO_COLOR === undefined ? `${code}${text}\x1b[0m` : text;
}

const bold = (text: string) => paint('\x1b[1m', text);
const dim = (text: string) => paint('\x1b[2m', text);
