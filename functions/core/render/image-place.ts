import { at, isRecord, textAt, type Fields } from '../rollout/field.ts';
import { type Pointer } from './position.ts';
import { walk } from './walk.ts';

/** One field from which a kubelet takes the reference of an image. */
export interface ImagePlace {
  /** For people: `container web`, `init container migrate`, `image volume assets`. */
  owner: string;
  reference: string;
  path: Pointer;
  /** Writes another reference there. */
  set: (reference: string) => void;
}

const lists: readonly [list: string, word: string][] = [
  ['containers', 'container'],
  ['initContainers', 'init container'],
  ['ephemeralContainers', 'ephemeral container'],
];

/**
 * The images of all containers, init and ephemeral ones too, and of all image volumes in the value, wherever its kind keeps them (a
 * CronJob's are five levels down, and a custom kind may have its volumes apart from the containers).
 */
export function imagePlaces(value: unknown): ImagePlace[] {
  const found: ImagePlace[] = [];
  walk(value, '', (item, path) => {
    if (isRecord(item)) found.push(...ownImagePlaces(item, path));
  });
  return found;
}

/** Every pod spec in the value: what has containers. */
export function podSpecs(value: unknown): Fields[] {
  const found: Fields[] = [];
  walk(value, '', (item) => {
    if (isRecord(item) && lists.some(([list]) => itemsOf(item, list).some(isContainer))) found.push(item);
  });
  return found;
}

function isContainer({ item }: { item: Fields }): boolean {
  return typeof item['name'] === 'string' || typeof item['image'] === 'string';
}

/** The images of the pod spec's own containers and image volumes; `path` is where it stands. */
export function ownImagePlaces(spec: Fields, path: Pointer): ImagePlace[] {
  const containers = lists.flatMap(([list, word]) =>
    itemsOf(spec, list).flatMap(({ item, index }) =>
      placeIn(item, 'image', `${path}/${list}/${index}/image`, `${word} ${nameOf(item, index)}`),
    ),
  );
  const volumes = itemsOf(spec, 'volumes').flatMap(({ item, index }) => {
    const place = `${path}/volumes/${index}/image/reference`;
    return placeIn(item['image'], 'reference', place, `image volume ${nameOf(item, index)}`);
  });
  return [...containers, ...volumes];
}

function placeIn(holder: unknown, key: string, path: Pointer, owner: string): ImagePlace[] {
  const reference = at(holder, key);
  if (!isRecord(holder) || typeof reference !== 'string') return [];
  return [{ owner, reference, path, set: (other) => void (holder[key] = other) }];
}

function nameOf(item: Fields, index: number): string {
  return textAt(item, 'name') || String(index);
}

function itemsOf(spec: Fields, list: string): { item: Fields; index: number }[] {
  const items = at(spec, list);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown, index) => (isRecord(item) ? [{ item, index }] : []));
}
