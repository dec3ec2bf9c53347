import { APP_IMAGE, REGISTRY, type FailureCase } from '../case.ts';

const outcome = 'rolled_back';
const crashing = { outcome, code: 'ContainerCrashing', hint: /last log lines.*kubectl/ } as const;
const migration = (more: object): object => ({ initContainers: [{ name: 'migrate', image: APP_IMAGE, ...more }] });

/** Programs that do not begin, or do not go on. */
export const containerCases: readonly FailureCase[] = [
  {
    name: 'the app ends with 1',
    container: { args: ['exit', '1', 'Error: DATABASE_URL must be set'] },
    expect: { ...crashing, message: /Pod shop\/shop-\S+: container shop exits 1 .*DATABASE_URL must be set/ },
  },
  {
    name: 'the app is ended by a fault',
    container: { args: ['crash', 'SIGSEGV'] },
    expect: {
      ...crashing,
      message: /container shop is ended by SIGSEGV.* \(exit 139\).*about to read what is not there/,
    },
  },
  {
    name: 'the app ends with 0 at once',
    container: { args: ['exit', '0', 'all done'] },
    expect: { ...crashing, message: /container shop exits 0 .*it ends instead of going on/ },
  },
  {
    name: 'the app uses more memory than its limit',
    container: { args: ['allocate'] },
    expect: {
      outcome,
      code: 'OutOfMemory',
      message: /container shop was killed for using more than its limit of 64Mi \(OOMKilled, exit 137\)/,
      hint: /resources\.limits\.memory.*64Mi/,
    },
  },
  {
    name: 'there is no such command',
    container: { command: ['/usr/bin/serve'] },
    expect: {
      ...crashing,
      code: 'ContainerCannotRun',
      hint: /ENTRYPOINT/,
      message: /container shop cannot be started: .*\/usr\/bin\/serve.*no such file or directory/,
    },
  },
  {
    name: 'the command cannot be executed',
    container: { command: ['/etc'] },
    expect: {
      ...crashing,
      code: 'ContainerCannotRun',
      hint: /chmod \+x/,
      message: /container shop cannot be started: .*\/etc.*(permission denied|is a directory)/,
    },
  },
  {
    name: 'the app writes to a file system that is read-only',
    container: { args: ['write', '/state'], securityContext: { readOnlyRootFilesystem: true } },
    expect: { ...crashing, hint: /emptyDir/, message: /container shop exits 1 .*open \/state: read-only file system/ },
  },
  {
    name: 'the port of the app is taken',
    container: { args: ['listen', 'twice'] },
    expect: { ...crashing, hint: /port of its own/, message: /container shop exits 1 .*bind: address already in use/ },
  },
  {
    name: 'the cause is in the termination message',
    container: { args: ['exit', '7', 'cannot read the licence'], terminationMessagePolicy: 'FallbackToLogsOnError' },
    expect: { ...crashing, message: /container shop exits 7 .*cannot read the licence/ },
  },
  {
    name: 'the hook after the start fails',
    container: { lifecycle: { postStart: { exec: { command: ['/app', 'exit', '3', 'no warm cache'] } } } },
    expect: {
      outcome,
      code: 'LifecycleHookFailing',
      message:
        /container shop is killed because its postStart hook \(\/app exit 3 no warm cache\) fails: exited with 3: no warm cache\.$/,
      hint: /postStart/,
    },
  },
  {
    name: 'an init container fails',
    pod: migration({ args: ['exit', '1', 'relation "users" does not exist'] }),
    expect: { ...crashing, message: /init container migrate exits 1 .*relation "users" does not exist/ },
  },
  {
    name: 'the image of an init container is missing',
    pod: migration({ image: `${REGISTRY}/acme/migrate:1` }),
    expect: {
      outcome,
      code: 'ImageNotFound',
      message: /init container migrate.*acme\/migrate:1.*404/,
      hint: /acme\/migrate:1/,
    },
  },
];
