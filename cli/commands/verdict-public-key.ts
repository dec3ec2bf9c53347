import { regionOption } from '../aws-region.ts';
import { required, type Command } from '../command.ts';
import { withKmsKey } from '../kms-key.ts';

/** The public part of a key in AWS KMS, as k8s/deploy.yaml names it. */
export const verdictPublicKeyCommand: Command = {
  name: 'verdict public-key',
  summary: 'Print the public key of a key in AWS KMS, for gate.keys in k8s/deploy.yaml.',
  positionals: [],
  options: {
    key: { value: 'KEY', isRequired: true, help: 'id, ARN or alias/NAME of the key' },
    ...regionOption,
  },
  run: (input) =>
    withKmsKey(required(input, 'key'), input.options['region'], async ({ pem, hint }) => {
      input.say(`Verdicts call it ${hint}.`);
      return { json: { pem, hint }, text: pem.trimEnd(), exit: 0 };
    }),
};
