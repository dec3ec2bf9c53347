import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { fail } from '../core/errors.ts';
import { withAddress } from '../core/kubeconfig/kubeconfig-address.ts';
import type { Addresses, Secrets } from '../core/ports.ts';
import { calling, isAws } from './aws-errors.ts';

/** The places that store the node's address: an SSM parameter, and the kubeconfig that people fetch from its secret. */
export function addresses({ ssm, secrets }: { ssm: SSMClient; secrets: Secrets }): Addresses {
  const readParameter = async (name: string): Promise<string | undefined> => {
    try {
      return (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
    } catch (error) {
      if (isAws(error, 'ParameterNotFound')) return undefined;
      return calling({ action: 'ssm:GetParameter', resource: name }, Promise.reject(error as Error));
    }
  };

  const publishParameter = async (name: string, address: string): Promise<boolean> => {
    if ((await readParameter(name)) === address) return false;
    await calling(
      { action: 'ssm:PutParameter', resource: name },
      ssm.send(new PutParameterCommand({ Name: name, Value: address, Type: 'String', Overwrite: true })),
    );
    mustBe((await readParameter(name)) === address, `The SSM parameter ${name}`, address);
    return true;
  };

  return {
    async publish(place, address) {
      if (place.kind === 'ssm-parameter') return { changed: await publishParameter(place.name, address) };
      return { changed: await publishKubeconfig(secrets, place.name, address) };
    },
  };
}

/** Writes the secret only when its text changes: each write is a new version, and only the last two stay readable. */
async function publishKubeconfig(secrets: Secrets, name: string, address: string): Promise<boolean> {
  const text = await secrets.read(name, { fresh: true });
  const moved = withAddress(text, name, address);
  if (moved === text) return false;
  await secrets.write(name, moved);
  mustBe((await secrets.read(name, { fresh: true })) === moved, `The kubeconfig in ${name}`, address);
  return true;
}

function mustBe(holds: boolean, place: string, address: string): void {
  if (holds) return;
  throw fail('AwsUnavailable', `${place} was set to ${address}, but still reads otherwise.`, {
    action: `the write of ${place}`,
    address,
  });
}
