import { invalid } from '../invalid.ts';
import { textOf } from '../json/field.ts';
import { kept, listOf, skipped, walked, type Shape } from '../json/shape.ts';
import { resultShape, type Result } from './result.ts';

/** One object of a cluster, as `trivy k8s` reports on it. */
export interface Resource {
  /** `Deployment/default/web`; without a namespace where it has none. */
  name: string;
  results: Result[];
  /** Trivy could not scan it, or not all of it. */
  isBroken: boolean;
}

/** One entry of `Resources` or `Findings`, or of the two lists of the first versions. Goes to `ended` when all of it is read. */
export function resourceShape(ended: (resource: Resource) => void): Shape {
  let results: Result[] = [];
  return walked(
    {
      ...kept('Namespace', 'Kind', 'Name', 'Error'),
      Results: listOf(resultShape((result) => results.push(result))),
      // Of the images in it: an object in some versions, a list in others.
      Metadata: skipped,
    },
    {
      entered: () => (results = []),
      left: (own, where) => {
        const words = ['Kind', 'Namespace', 'Name', 'Error'].map((key) => textOf(own, key, where));
        const [kind, namespace, name, error] = words;
        if (kind === undefined || name === undefined) throw invalid(`has ${where} without Kind and Name`);
        ended({ name: [kind, namespace, name].filter(Boolean).join('/'), results, isBroken: Boolean(error) });
      },
    },
  );
}
