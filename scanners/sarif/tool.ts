import type { Component } from './component.ts';
import { fieldNames } from '../json/field.ts';
import { readRule } from './rule.ts';
import { listOf, skipped, skippedAll, taken, walked, type Shape } from '../json/shape.ts';

const others = fieldNames(
  'shortDescription fullDescription globalMessageStrings notifications taxa locations contents',
  'associatedComponent translationMetadata supportedTaxonomies properties',
);
/** The `tool` of a run. Its parts go to these two when all of them is read. */
export function toolShape(driver: (component: Component) => void, extension: (component: Component) => void): Shape {
  return walked({ properties: skipped, driver: componentShape(driver), extensions: listOf(componentShape(extension)) });
}

/** Its texts and its rules. */
function componentShape(ended: (component: Component) => void): Shape {
  let component: Component = { rules: [] };
  const rules = listOf(taken((value, where) => component.rules.push(readRule(value, where))));
  return walked(
    { ...skippedAll(others), rules },
    {
      entered: () => (component = { rules: [] }),
      scalar: (key, value) => {
        if (typeof value !== 'string' || value === '') return;
        if (key === 'name' || key === 'guid') component[key] = value;
        if (key === 'version' || (key === 'semanticVersion' && component.version === undefined))
          component.version = value;
      },
      left: () => ended(component),
    },
  );
}
