import {
  apply,
  applyTemplates,
  filter,
  mergeWith,
  move,
  noop,
  SchematicsException,
  url,
} from '@angular-devkit/schematics';

const FOLDER = 'src/webhooks/handlers';
const MAX_LENGTH = 64;
/** `noun.verb`, in words of lower-case letters and digits. */
const EVENT_TYPE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)+$/;

/** `nest g event-handler refund.created` */
export function eventHandler({ name, spec = true }) {
  return (tree) => {
    requireGoodName(name);
    requireFree(tree, name);
    const words = name.split(/[._]/);
    const options = {
      type: name,
      file: words.join('-'),
      className: `${words.map(capitalised).join('')}Handler`,
      // As the catalogue shows it; whoever knows better writes a better one.
      description: `${capitalised(words.join(' '))}.`,
    };
    return mergeWith(
      apply(url('./files'), [
        spec ? noop() : filter((path) => !path.includes('.spec.')),
        applyTemplates(options),
        move(FOLDER),
      ]),
    );
  };
}

function requireGoodName(name) {
  if (EVENT_TYPE.test(name) && name.length <= MAX_LENGTH) return;
  throw new SchematicsException(
    `"${name}" is no event type: write a noun, a dot and what happened, in lower case, as in refund.created or payment.partially_paid (${MAX_LENGTH} characters at most)`,
  );
}

function requireFree(tree, name) {
  const taken = tree
    .getDir(FOLDER)
    .subfiles.find((file) => tree.readText(`${FOLDER}/${file}`).includes(`@EventHandler('${name}')`));
  const path = `${FOLDER}/${name.replace(/[._]/g, '-')}.handler.ts`;
  if (taken === undefined && !tree.exists(path)) return;
  throw new SchematicsException(
    `the event type ${name} has a handler already: ${taken === undefined ? path : `${FOLDER}/${taken}`}`,
  );
}

function capitalised(word) {
  return word[0].toUpperCase() + word.slice(1);
}
