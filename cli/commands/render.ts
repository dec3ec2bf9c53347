import { join } from 'node:path';
import { environmentOf, type Config } from '../../functions/core/config.ts';
import { fail } from '../../functions/core/errors.ts';
import { dumpObjects } from '../../functions/core/render/dump.ts';
import { imageName, isImage } from '../../functions/core/render/image.ts';
import { inOrder } from '../../functions/core/render/order.ts';
import { PULL_SECRET } from '../../functions/core/phases/preflight.ts';
import { renderWithPlaces } from '../../functions/core/render/render.ts';
import { required, type Command } from '../command.ts';
import { parseConfigText } from '../config-file.ts';
import { readManifestFiles } from '../files.ts';
import { printable } from '../text.ts';

const revisionTag = /:([0-9a-f]{40})(@|$)/;

/**
 * The objects that a deploy would apply, in their order, from the files on this disk. Asks nobody. What is left out or not pinned is
 * said beside.
 */
export const renderCommand: Command = {
  name: 'render',
  summary: 'Show the objects that a deploy would apply, in their order.',
  positionals: [],
  options: {
    environment: { value: 'NAME', isRequired: true, help: 'one of the environments in deploy.yaml' },
    image: {
      value: 'REF',
      isRequired: true,
      help: 'the image to run, best with its digest: ghcr.io/acme/shop@sha256:…',
    },
    revision: { value: 'SHA', help: 'full git SHA for the labels; otherwise the tag of the image if it is one' },
    folder: { value: 'DIR', help: 'where deploy.yaml and the manifests are (k8s)' },
  },
  run: async (input) => {
    const folder = input.options['folder'] ?? 'k8s';
    const name = required(input, 'environment');
    const image = required(input, 'image');
    const files = await readManifestFiles(folder);
    const config = configOf(folder, files.get('deploy.yaml'));
    const environment = environmentOf(config, name);
    if (!isImage(image, config.app.image)) {
      throw fail('InputInvalid', `--image names ${imageName(image)}; the app of deploy.yaml is ${config.app.image}.`);
    }
    const revision = input.options['revision'] ?? revisionTag.exec(image)?.[1] ?? 'unknown';
    const rendered = renderWithPlaces({
      files,
      overlay: environment.manifests,
      image: { name: config.app.image, pinned: image },
      release: { id: 'render', revision, environment: name, app: config.app.name },
      ...(config.app.pull === undefined ? {} : { pullSecret: PULL_SECRET }),
    });
    const objects = inOrder(rendered.objects);
    for (const note of rendered.notes) input.say(printable(note));
    return { json: objects, text: dumpObjects(objects), exit: 0 };
  },
};

function configOf(folder: string, text: string | undefined): Config {
  const path = join(folder, 'deploy.yaml');
  if (text !== undefined) return parseConfigText(path, text);
  throw fail('InputInvalid', `There is no ${path}; run this in your repository or give --folder.`);
}
