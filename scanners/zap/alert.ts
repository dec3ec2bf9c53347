import { invalid } from '../invalid.ts';
import { lineOf } from '../json/field.ts';
import { listOf, skipped, walked, type Shape } from '../json/shape.ts';
import { addressOf } from './address.ts';
import type { Alert, Instance } from './finding.ts';
import { isFalsePositive, severityOf } from './risk.ts';

const used: ReadonlySet<string> = new Set(['pluginid', 'alertRef', 'alert', 'name', 'riskcode', 'confidence']);
const usedOfInstance: ReadonlySet<string> = new Set(['uri', 'method', 'param']);

/** The list `alerts` of a site. `entered` when it begins; each alert goes to `found`. Throws `invalid` for what is no alert. */
export function alertsShape(entered: () => void, found: (alert: Alert) => void): Shape {
  let texts = new Map<string, unknown>();
  let instance = new Map<string, unknown>();
  // The same place is met many times: once for each query.
  let instances = new Map<string, Instance>();
  const ofInstance = walked(
    {},
    {
      entered: () => void (instance = new Map()),
      scalar: (key, value) => {
        if (usedOfInstance.has(key)) instance.set(key, value);
      },
      left: () => {
        const one = instanceOf(instance);
        instances.set(JSON.stringify([one.address, one.method, one.param]), one);
      },
    },
  );
  const ofAlert = walked(
    { tags: skipped, instances: listOf(ofInstance) },
    {
      entered: () => {
        texts = new Map();
        instances = new Map();
      },
      scalar: (key, value) => {
        if (used.has(key)) texts.set(key, value);
      },
      left: () => found(alertOf(texts, [...instances.values()])),
    },
  );
  return listOf(ofAlert, { entered });
}

function instanceOf(texts: ReadonlyMap<string, unknown>): Instance {
  const where = 'an instance of an alert';
  const uri = textOf(texts, 'uri', where);
  if (uri === undefined) throw invalid(`has ${where} without an uri`);
  return {
    address: addressOf(uri),
    method: textOf(texts, 'method', where) ?? '',
    param: textOf(texts, 'param', where) ?? '',
  };
}

function alertOf(texts: ReadonlyMap<string, unknown>, instances: Instance[]): Alert {
  const where = 'an alert';
  const pluginId = textOf(texts, 'pluginid', where);
  if (pluginId === undefined || pluginId === '') throw invalid(`has ${where} without a pluginid`);
  const title = lineOf(textOf(texts, 'alert', where) ?? textOf(texts, 'name', where));
  return {
    pluginId,
    ref: textOf(texts, 'alertRef', where) ?? pluginId,
    ...(title === undefined ? {} : { title }),
    severity: severityOf(texts.get('riskcode'), where),
    isRefuted: isFalsePositive(texts.get('confidence'), where),
    instances,
  };
}

/** A text; some versions write numbers as such. */
function textOf(texts: ReadonlyMap<string, unknown>, key: string, where: string): string | undefined {
  const value = texts.get(key);
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw invalid(`has ${where} with a ${key} that is no text`);
}
