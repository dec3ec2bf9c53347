import * as z from 'zod';
import { at } from '../rollout/field.ts';
import { childPointer, type Pointer, type Problem } from './position.ts';
import { readYaml, type YamlDocument } from './yaml.ts';

const Patch = z
  .strictObject({
    target: z.strictObject({
      kind: z.string().min(1),
      name: z.string().min(1),
      /** Only needed where kind and name fit more than one object. */
      apiVersion: z.string().min(1).optional(),
      namespace: z.string().min(1).optional(),
    }),
    merge: z.record(z.string(), z.unknown()).optional(),
    json6902: z
      .array(
        z.strictObject({
          op: z.enum(['add', 'remove', 'replace', 'move', 'copy', 'test']),
          path: z.string(),
          from: z.string().optional(),
          value: z.unknown().optional(),
        }),
      )
      .min(1)
      .optional(),
  })
  .refine(
    (patch) => (patch.merge === undefined) !== (patch.json6902 === undefined),
    'expected either merge or json6902',
  );
export type Patch = z.output<typeof Patch>;

const paths = z.array(z.string().min(1));

/** overlay.yaml: which manifests an environment takes, how they differ there, and the namespace that they all go to. */
export const Overlay = z.strictObject({
  namespace: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'expected a DNS label')
    .optional(),
  resources: paths.min(1),
  components: paths.default([]),
  patches: z.array(Patch).default([]),
});

/** component.yaml: manifests and patches that several environments take or leave as one. */
export const Component = z
  .strictObject({ resources: paths.default([]), patches: z.array(Patch).default([]) })
  .refine(({ resources, patches }) => resources.length + patches.length > 0, 'expected resources or patches');

/** What an overlay.yaml or component.yaml says. */
export interface OverlayFile {
  namespace?: string | undefined;
  resources: string[];
  components: string[];
  patches: Patch[];
  document: YamlDocument;
}

/**
 * Reads the file. When its form is wrong, what it takes is there all the same, so that the problems of those files are told
 * at once, too.
 */
export function readOverlayFile(
  file: string,
  text: string,
  schema: typeof Overlay | typeof Component,
): { overlay?: OverlayFile; problems: Problem[] } {
  const { documents, problems } = readYaml(file, text);
  const [document] = documents;
  if (problems.length > 0) return { problems };
  if (document === undefined || documents.length > 1) {
    return { problems: [{ file, message: `has ${documents.length} documents; expected one` }] };
  }
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return { overlay: { components: [], ...parsed.data, document }, problems: [] };
  const taken = (key: string): string[] => {
    const list = at(document.value, key);
    return Array.isArray(list) ? list.filter((path) => typeof path === 'string') : [];
  };
  const overlay = { resources: taken('resources'), components: taken('components'), patches: [], document };
  return { overlay, problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, document)) };
}

function problemsOf(issue: z.core.$ZodIssue, document: YamlDocument): Problem[] {
  const path = issue.path.reduce<Pointer>((pointer, key) => childPointer(pointer, String(key)), '');
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
  if (unknown.length === 0) return [{ ...document.locate(path), path, message: issue.message }];
  return unknown.map((key) => {
    const place = childPointer(path, key);
    return { ...document.locate(place), path: place, message: 'unknown key' };
  });
}
