import { MANAGER } from '../../functions/core/fields/manager.ts';
import { migrateFields } from '../../functions/core/fields/migrate.ts';
import { describeRef, refOf, type Ref } from '../../functions/core/kubernetes.ts';
import type { PatchOperation } from '../../functions/core/render/patch.ts';
import { isRecord } from '../../functions/core/rollout/field.ts';
import { readYaml } from '../../functions/core/render/yaml.ts';
import type { Command } from '../command.ts';
import { readObjects, readText, savedLimits } from '../files.ts';

interface Migration {
  ref: Ref;
  patch: PatchOperation[];
}

/** Shows the JSON patch with which a deploy takes over the fields of an earlier client-side apply. Sends nothing. */
export const migrateFieldsCommand: Command = {
  name: 'migrate-fields',
  summary: 'Show the JSON patch that makes the fields of an earlier `kubectl apply` those of a field manager.',
  positionals: ['FILE'],
  options: { manager: { value: 'NAME', help: `the field manager that gets the fields; otherwise ${MANAGER}` } },
  run: async (input) => {
    const file = input.positionals[0] ?? '';
    const manager = input.options['manager'] ?? MANAGER;
    const objects = await readObjects(file);
    const migrations = objects.map((live): Migration => ({ ref: refOf(live), patch: migrateFields(live, manager) }));
    const [first] = migrations;
    const isOne = migrations.length === 1 && first !== undefined && !(await isList(file));
    return {
      json: isOne ? first.patch : migrations,
      text: migrations.map((migration) => describe(migration, manager)).join('\n'),
      exit: 0,
    };
  },
};

/** A List of one object is answered as a list: who asks by program does not care how many there were. */
async function isList(file: string): Promise<boolean> {
  const { documents } = readYaml(file, await readText(file), savedLimits);
  return documents.some(({ value }) => isRecord(value) && Array.isArray(value['items']));
}

function describe({ ref, patch }: Migration, manager: string): string {
  const object = describeRef(ref);
  if (patch.length === 0) return `${object}: nothing to migrate.`;
  return `${object}: to make the fields those of ${manager}, send with kubectl patch --type=json:\n${JSON.stringify(patch)}`;
}
