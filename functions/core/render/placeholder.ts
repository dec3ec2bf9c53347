import { textAt, type Fields } from '../rollout/field.ts';
import { pointerKeys, type Finding } from './position.ts';
import { walk } from './walk.ts';

/** On an object: its strings may look like placeholders, e.g. a ConfigMap with a shell script or a template. */
const allowPlaceholders = 'hawser.dev/allow-placeholders';

const placeholder = /IMAGE_PLACEHOLDER|\$\{[^}]*\}|\{\{[^}]*\}\}/;
/** In no reference of an image: what a shell or a person should have replaced. */
const inImage = /[$<>{}%\s].*/;

/**
 * What a template or a script should have replaced, in values and in keys. Images of the app are pinned before, so theirs do
 * not count; neither does what is encoded.
 */
export function placeholders(object: Fields): Finding[] {
  if (textAt(object, 'metadata', 'annotations', allowPlaceholders) === 'true') return [];
  const found: Finding[] = [];
  walk(object, '', (value, path) => {
    const key = pointerKeys(path).at(-1) ?? '';
    const isImage = /ontainers\/\d+\/image$/.test(path);
    for (const text of [value, key]) {
      if (typeof text !== 'string') continue;
      const [part] = placeholder.exec(text) ?? (isImage && text === value ? inImage.exec(text) : null) ?? [];
      if (part === undefined) continue;
      // A default inside it may be a secret.
      const shown = object['kind'] === 'Secret' && text === value ? 'in this value' : part;
      const message = `the placeholder ${shown} was not replaced; if it belongs there, annotate the object with ${allowPlaceholders}: "true"`;
      found.push({ path, message, part });
    }
  });
  return found;
}
