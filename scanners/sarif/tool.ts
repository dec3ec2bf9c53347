import type { Component } from './component.ts';
import { fieldNames, plain, present } from '../json/field.ts';
import { readRule, type Rule } from './rule.ts';
import { kept, listOf, skipped, skippedAll, taken, walked, type Shape } from '../json/shape.ts';

const others = fieldNames(
  'shortDescription fullDescription globalMessageStrings notifications taxa locations contents',
  'associatedComponent translationMetadata supportedTaxonomies properties',
);
const texts = ['name', 'guid', 'version', 'semanticVersion'];

/** The `tool` of a run. Its parts go to these two when all of them is read. */
export function toolShape(driver: (component: Component) => void, extension: (component: Component) => void): Shape {
  return walked({ properties: skipped, driver: componentShape(driver), extensions: listOf(componentShape(extension)) });
}

/** Its texts and its rules. */
function componentShape(ended: (component: Component) => void): Shape {
  let rules: Rule[] = [];
  return walked(
    {
      ...kept(...texts),
      ...skippedAll(others),
      rules: listOf(taken((value, where) => rules.push(readRule(value, where)))),
    },
    {
      entered: () => (rules = []),
      left: (own) => {
        const [name, guid, version, semanticVersion] = texts.map((key) => plain(own[key]));
        ended({ rules, ...present({ name, guid, version: version ?? semanticVersion }) });
      },
    },
  );
}
