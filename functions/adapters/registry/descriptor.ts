import * as z from 'zod';

/** SHA-256 only: nothing else names an image here. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Four megabytes hold a million bad values, and each would be a problem of its own: the first one ends the reading. */
const Annotations = z.record(z.string(), z.unknown()).transform((values, context) => {
  const bad = Object.keys(values).find((key) => typeof values[key] !== 'string');
  if (bad === undefined) return values as Record<string, string>;
  context.issues.push({ code: 'custom', message: 'expected a text', path: [bad], input: values });
  return z.NEVER;
});
const mediaType = z.string().min(1).max(255);

/** A list that is read until the first bad item, as `Annotations` are. */
function listOf<T>(item: z.ZodType<T>) {
  return z.array(z.unknown()).transform((values, context) => {
    const items: T[] = [];
    for (const [index, value] of values.entries()) {
      const read = item.safeParse(value);
      if (read.success) items.push(read.data);
      else {
        const [issue] = read.error.issues;
        const path = [index, ...(issue?.path ?? [])];
        context.issues.push({ code: 'custom', message: issue?.message ?? 'invalid', path, input: value });
        return z.NEVER;
      }
    }
    return items;
  });
}

/**
 * An object that may have other keys too, but none that is a known one in capitals: readers written in Go take that for the known one.
 */
function shape<T extends z.core.$ZodLooseShape>(fields: T) {
  return z.looseObject(fields).superRefine((value, context) => {
    for (const key of Object.keys(value)) {
      const known = Object.keys(fields).find((name) => name.toLowerCase() === key.toLowerCase());
      if (known !== undefined && known !== key)
        context.addIssue({ code: 'custom', message: `has the key ${key}, which is to be ${known}` });
    }
  });
}

const reference = {
  mediaType,
  digest: z.string().regex(DIGEST, 'expected sha256: and 64 hex digits'),
  size: z.int().nonnegative(),
};

/** What refers to a blob or a manifest (image spec, "Content Descriptors"). */
const Descriptor = shape(reference);

/** One that was attached to an image: a descriptor that says what it is. */
export const Referrer = shape({
  ...reference,
  artifactType: z.string().optional(),
  annotations: Annotations.optional(),
});
export type Referrer = z.output<typeof Referrer>;

const word = z.string().min(1).max(100);
const platform = { os: word, architecture: word, variant: word.optional() };

/** What an image's config says of where it runs. */
export const Configuration = shape(platform);

/** One of the images in an index. */
export const Child = shape({ ...reference, platform: shape(platform).optional(), annotations: Annotations.optional() });
export type Child = z.output<typeof Child>;

/** An image. It must not be readable as an index, too: readers would take it for one or the other. */
export const Image = shape({
  schemaVersion: z.literal(2),
  mediaType: mediaType.optional(),
  config: Descriptor,
  layers: listOf(Descriptor),
  manifests: z.undefined().optional(),
});

export const Index = shape({
  schemaVersion: z.literal(2),
  mediaType: mediaType.optional(),
  manifests: listOf(Child),
  config: z.undefined().optional(),
  layers: z.undefined().optional(),
});

/** A manifest that was attached to another one. */
export const Attachment = shape({
  schemaVersion: z.literal(2),
  mediaType: mediaType.optional(),
  artifactType: z.string().optional(),
  config: Descriptor,
  layers: listOf(Descriptor),
  subject: Descriptor.optional(),
  annotations: Annotations.optional(),
});

/**
 * An index of what was attached. Each entry is looked at by itself: one that is malformed does not hide the others. A server written in Go
 * may send null for an empty list.
 */
export const Attached = shape({
  schemaVersion: z.literal(2),
  mediaType: mediaType.optional(),
  manifests: z
    .array(z.unknown())
    .nullable()
    .transform((list) => list ?? []),
});
export type Attached = z.output<typeof Attached>;
