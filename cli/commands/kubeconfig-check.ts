import { kubeconfigCheck } from '../../functions/core/kubeconfig/kubeconfig.ts';
import type { Command } from '../command.ts';
import { readText } from '../files.ts';

/** Whether Hawser would accept the kubeconfig, and until when its credential is good. Shows no secret. */
export const kubeconfigCheckCommand: Command = {
  name: 'kubeconfig check',
  summary: 'Check that Hawser accepts a kubeconfig, and until when its credential is good.',
  positionals: ['FILE'],
  options: {},
  run: async (input) => {
    const path = input.positionals[0] ?? '';
    const check = kubeconfigCheck(await readText(path), new Date());
    const { ok, code = null, server = null, tlsServerName = null, notAfter = null, problems } = check;
    const text = ok
      ? `${path} is good: ${server} as ${tlsServerName}${notAfter === null ? '' : `, until ${notAfter}`}.`
      : [`hawser: ${path} is refused (${code}):`, ...problems.map((problem) => `  ${problem}`)].join('\n');
    const exit = ok ? 0 : code === 'KubeconfigInvalid' ? 2 : 1;
    return { json: { ok, code, server, tlsServerName, notAfter, problems }, text, exit };
  },
};
