import { invalid } from '../invalid.ts';
import { firstLine, present, textOf } from '../json/field.ts';
import { kept, listOf, skipped, walked, type Json, type Shape } from '../json/shape.ts';
import { addressOf } from './address.ts';
import type { Alert, Instance } from './finding.ts';
import { isFalsePositive, severityOf } from './risk.ts';

/** The list `alerts` of a site. `entered` when it begins; each alert goes to `found`. Throws `invalid` for what is no alert. */
export function alertsShape(entered: () => void, found: (alert: Alert) => void): Shape {
  // The same place is met many times: once for each query.
  let instances = new Map<string, Instance>();
  const instance = walked(kept('uri', 'method', 'param'), {
    left: (own, where) => {
      const one = instanceOf(own, where);
      instances.set(JSON.stringify([one.address, one.method, one.param]), one);
    },
  });
  const alert = walked(
    {
      ...kept('pluginid', 'alertRef', 'alert', 'name', 'riskcode', 'confidence', 'uri', 'method', 'param'),
      tags: skipped,
      instances: listOf(instance),
    },
    {
      entered: () => (instances = new Map()),
      left: (own, where) => {
        // One that was not merged with others of its kind says itself where it is.
        const isAlone = instances.size === 0 && own['uri'] !== undefined;
        found(alertOf(own, isAlone ? [instanceOf(own, where)] : [...instances.values()], where));
      },
    },
  );
  return listOf(alert, { entered });
}

function instanceOf(fields: Json, where: string): Instance {
  const uri = wordsOf(fields, 'uri', where);
  if (uri === undefined) throw invalid(`has no ${where}.uri`);
  return {
    address: addressOf(uri),
    method: wordsOf(fields, 'method', where) ?? '',
    param: wordsOf(fields, 'param', where) ?? '',
  };
}

function alertOf(fields: Json, instances: Instance[], where: string): Alert {
  const pluginId = wordsOf(fields, 'pluginid', where);
  if (pluginId === undefined || pluginId === '') throw invalid(`has no ${where}.pluginid`);
  const title = firstLine(wordsOf(fields, 'alert', where) ?? wordsOf(fields, 'name', where));
  return {
    pluginId,
    ref: wordsOf(fields, 'alertRef', where) || nameOf(pluginId, title),
    ...present({ title }),
    severity: severityOf(fields['riskcode'], where),
    isRefuted: isFalsePositive(fields['confidence'], where),
    instances,
  };
}

/** What people and other tools raise has no plugin (-1), and no reference: its title tells one such alert from another. */
function nameOf(pluginId: string, title: string | undefined): string {
  return pluginId.startsWith('-') && title !== undefined ? `${pluginId}: ${title}` : pluginId;
}

/** A text; some versions write numbers as such. */
function wordsOf(fields: Json, key: string, where: string): string | undefined {
  const value = fields[key];
  return typeof value === 'number' ? String(value) : textOf(fields, key, where);
}
