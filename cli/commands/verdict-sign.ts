import { attachBundle } from '../../functions/adapters/registry/attach.ts';
import { systemClock } from '../../functions/adapters/clock.ts';
import { PREDICATE_TYPE } from '../../scanners/verdict/predicate.ts';
import { regionOption } from '../aws-region.ts';
import { required, type Command } from '../command.ts';
import { withKmsKey } from '../kms-key.ts';
import { pinnedImage, type PinnedImage } from '../pinned-image.ts';
import { PASSWORD, registryCredential, registryOptions } from '../registry-credential.ts';
import { runPredicate } from '../run-predicate.ts';
import { signVerdict } from '../sign-verdict.ts';

/** Signs the verdict with a key in AWS KMS and puts it beside the image. For repositories that GitHub signs nothing for. */
export const verdictSignCommand: Command = {
  name: 'verdict sign',
  summary: 'In a workflow: sign the verdict on an image with a key in AWS KMS, and attach it to the image.',
  positionals: [],
  options: {
    gate: { value: 'FILE', isRequired: true, help: 'what hawser gate --json printed' },
    image: { value: 'REF', isRequired: true, help: 'the image by its digest: ghcr.io/acme/shop@sha256:…' },
    key: { value: 'KEY', isRequired: true, help: 'id, ARN or alias/NAME of the key: ECC_NIST_P256, SIGN_VERIFY' },
    print: { help: 'print the signed verdict and attach nothing' },
    ...registryOptions,
    ...regionOption,
  },
  run: async (input) => {
    const image = pinnedImage(required(input, 'image'));
    const credential = registryCredential(input, process.env);
    const predicate = await runPredicate(required(input, 'gate'), process.env);
    return withKmsKey(required(input, 'key'), input.options['region'], async (key) => {
      const bundle = await signVerdict(key, image, predicate);
      input.say(`signed with the key ${key.hint}`);
      if (input.flags.has('print')) return { json: JSON.parse(bundle) as unknown, text: bundle, exit: 0 };
      const attached = await attach(bundle, image, credential);
      return {
        json: { image: image.name, digest: image.digest, verdict: predicate.verdict, key: key.hint, attached },
        text: `${image.name}@${image.digest}: verdict ${predicate.verdict}, signed by the key ${key.hint}, attached as ${attached.digest}.`,
        exit: 0,
      };
    });
  },
};

function attach(
  text: string,
  { name, digest }: PinnedImage,
  credential: ReturnType<typeof registryCredential>,
): ReturnType<typeof attachBundle> {
  return attachBundle(
    { clock: systemClock, secret: PASSWORD },
    { image: name, digest, credential },
    { text, predicateType: PREDICATE_TYPE, createdAt: new Date() },
    AbortSignal.timeout(ATTACH_MS),
  );
}

/** Several small requests, each of which is tried again. */
const ATTACH_MS = 120_000;
