import type { FailureCase } from '../case.ts';
import { containerCases } from './container.ts';
import { imageCases } from './image.ts';
import { probeCases } from './probe.ts';

const chosen = [...containerCases, ...probeCases].filter(({ name }) =>
  ['the app ends with 1', 'the readiness probe is answered with 500'].includes(name),
);
const missing = imageCases.filter(({ name }) => name === 'a tag that the registry does not have');

/**
 * A few, for strategies that end the old pod before the new one is ready: enough to tell how long the app is away. The image is
 * pulled before the old pod goes, so that one that cannot be pulled costs nothing.
 */
export const awayCases: readonly FailureCase[] = [
  ...missing.map((one): FailureCase => {
    const message = /container helper cannot pull .*acme\/helper:1: .*404.*nothing was rolled out/;
    return { ...one, expect: { ...one.expect, outcome: 'failed', message } };
  }),
  ...chosen,
];
