import { APP, APP_IMAGE, type FailureCase } from '../case.ts';

const failing = (name: string, said: string): object => ({ name, image: APP_IMAGE, args: ['exit', '1', said] });
const pods = (name: string, said: string): object => ({
  selector: { matchLabels: { app: name } },
  template: { metadata: { labels: { app: name } }, spec: { containers: [failing(name, said)] } },
});
const metadata = (name: string): { name: string; namespace: string } => ({ name, namespace: APP });
const crashing = { outcome: 'rolled_back', code: 'ContainerCrashing', hint: /./ } as const;

/** Other kinds than Deployment. The app itself is good, and goes back with them. */
export const workloadCases: readonly FailureCase[] = [
  {
    name: 'a StatefulSet whose pod ends',
    besides: true,
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: metadata('ledger'),
        spec: { serviceName: 'ledger', ...pods('ledger', 'no page file') },
      },
    ],
    expect: { ...crashing, message: /Pod shop\/ledger-0: container ledger exits 1 .*no page file/ },
  },
  {
    name: 'a DaemonSet whose pod ends',
    besides: true,
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: metadata('agent'),
        spec: pods('agent', 'no socket to read'),
      },
    ],
    expect: { ...crashing, message: /Pod shop\/agent-\S+: container agent exits 1 .*no socket to read/ },
  },
  {
    name: 'a Job that fails',
    besides: true,
    objects: [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: metadata('import'),
        spec: {
          backoffLimit: 0,
          template: { spec: { restartPolicy: 'Never', containers: [failing('import', 'line 3 is no number')] } },
        },
      },
    ],
    expect: {
      outcome: 'rolled_back',
      code: 'JobFailed',
      message:
        /Job shop\/import: it failed \(BackoffLimitExceeded\).*container import exits 1; its last log line: line 3 is no number\.$/,
      hint: /kubectl -n shop logs job\/import/,
    },
  },
];
