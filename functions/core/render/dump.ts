import { DUMP_SCHEMA, NOT_RESOLVED, defineScalarTag, dump } from 'js-yaml';
import type { Manifest } from '../kubernetes.ts';
import { isGoNumber } from './yaml-scalar.ts';

/** Numbers to kubectl alone, such as 0X1f: as a tag that no value has, it only makes text that looks so be put in quotes. */
const goNumberTag = defineScalarTag<number>('tag:hawser.dev:number', {
  implicit: true,
  resolve: (source) => (isGoNumber(source) ? 0 : NOT_RESOLVED),
  identify: () => false,
});
const schema = DUMP_SCHEMA.withTags(goNumberTag);

/** The objects as YAML of several documents, which kubectl reads back as they are. Ends without a newline. */
export function dumpObjects(objects: readonly Manifest[]): string {
  // Only the newline that `dump` ends with goes: spaces before it may be the end of a text.
  return objects.map((object) => dump(object, { schema, lineWidth: -1, noRefs: true }).slice(0, -1)).join('\n---\n');
}
