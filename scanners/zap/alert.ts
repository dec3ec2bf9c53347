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
      ...kept('pluginid', 'alertRef', 'alert', 'name', 'riskcode', 'confidence'),
      tags: skipped,
      instances: listOf(instance),
    },
    {
      entered: () => (instances = new Map()),
      left: (own, where) => found(alertOf(own, [...instances.values()], where)),
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
    ref: wordsOf(fields, 'alertRef', where) ?? pluginId,
    ...present({ title }),
    severity: severityOf(fields['riskcode'], where),
    isRefuted: isFalsePositive(fields['confidence'], where),
    instances,
  };
}

/** A text; some versions write numbers as such. */
function wordsOf(fields: Json, key: string, where: string): string | undefined {
  const value = fields[key];
  return typeof value === 'number' ? String(value) : textOf(fields, key, where);
}
