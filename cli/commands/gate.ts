import { appendFile, writeFile } from 'node:fs/promises';
import packageJson from '../../package.json' with { type: 'json' };
import { fail } from '../../functions/core/errors.ts';
import { decide, type Decision } from '../../scanners/policy/decide.ts';
import { defaultPolicy, policyFor, readPolicy } from '../../scanners/policy/policy.ts';
import { supportedTools } from '../../scanners/tools.ts';
import type { Command, CommandInput } from '../command.ts';
import type { ExitCode } from '../exit-code.ts';
import { readText } from '../files.ts';
import { namedReports, readCoverage, readReports } from '../gate-input.ts';

const exits: Readonly<Record<Decision['verdict'], ExitCode>> = { pass: 0, block: 3, invalid: 2 };
const WIDTH = 100;

/** Judges the reports that scanners wrote. Shows where a secret is, never the secret. */
export const gateCommand: Command = {
  name: 'gate',
  summary: 'Judge the reports of scanners: pass, block, or invalid when a report cannot be trusted.',
  positionals: ['REPORT…'],
  options: {
    tool: {
      value: 'NAME',
      help: `who wrote the reports that are not given as NAME=REPORT: ${supportedTools.join(', ')}`,
    },
    policy: {
      value: 'FILE',
      help: 'what blocks, such as scanners/policy.yaml; without it: any secret, high and critical',
    },
    waivers: { value: 'FILE', help: 'further waivers' },
    coverage: { value: 'FILE', help: 'JSON: what the scanners looked at, where their reports do not tell' },
    baseline: { value: 'FILE', help: 'what was there before; see --write-baseline' },
    vex: { value: 'FILE', help: 'an OpenVEX document' },
    kev: { value: 'FILE', help: "CISA's catalogue of exploited vulnerabilities, JSON" },
    epss: { value: 'FILE', help: "FIRST's exploit prediction scores, CSV" },
    markdown: { value: 'FILE', help: 'append a summary to this file, such as "$GITHUB_STEP_SUMMARY"' },
    sarif: { value: 'FILE', help: 'write SARIF for code scanning' },
    part: { help: 'only these reports are there yet: ask for no other tool, and call no waiver unused' },
    annotations: { help: "print GitHub's annotation lines to stderr" },
    'write-baseline': { value: 'FILE', help: 'write all that was found as a baseline; needs --commit' },
    commit: { value: 'SHA', help: 'the commit that was scanned, for --write-baseline' },
  },
  run: async (input) => {
    const { options, flags } = input;
    const named = namedReports(input.positionals, options['tool']);
    const { 'write-baseline': newBaseline, commit = '' } = options;
    if (newBaseline !== undefined && !/^[0-9a-f]{40}$/.test(commit))
      throw fail(
        'InputInvalid',
        'gate: --write-baseline needs --commit with the full SHA of the commit that was scanned.',
      );
    const now = new Date();
    const evidence = await readEvidence(input);
    const reports = await readReports(named, await readCoverage(options['coverage']), input.say);
    const isPart = flags.has('part');
    const tools = named.map((one) => one.tool);
    const policy = isPart ? policyFor(evidence.policy, tools) : evidence.policy;
    const decision = decide({ ...evidence, policy, reports, now, isPart });

    await writeFiles(decision, input, now);
    if (flags.has('annotations')) {
      const { annotationLines } = await import('../../scanners/output/annotations.ts');
      for (const line of annotationLines(decision)) input.say(line);
    }
    const tool = [...new Set(tools)].join(',');
    return {
      json: { tool, ...decision },
      text: flags.has('json') ? '' : await terminalText(decision),
      exit: exits[decision.verdict],
    };
  },
};

/** What is written beside the answer. What writes it is loaded only where it is wanted: it would take as long as reading a small report. */
async function writeFiles(decision: Decision, { options }: CommandInput, now: Date): Promise<void> {
  const { markdown, sarif, policy, 'write-baseline': newBaseline, commit = '' } = options;
  if (newBaseline !== undefined) {
    const { writeBaseline } = await import('../../scanners/policy/baseline.ts');
    await writeFile(newBaseline, writeBaseline(decision, commit, now));
  }
  if (markdown !== undefined) {
    const { markdownSummary } = await import('../../scanners/output/markdown.ts');
    await appendFile(markdown, markdownSummary(decision, { policyFile: policy ?? 'scanners/policy.yaml' }));
  }
  if (sarif !== undefined) {
    const { sarifLog } = await import('../../scanners/output/sarif.ts');
    await writeFile(sarif, sarifLog(decision, { version: packageJson.version, include: 'blocking' }));
  }
}

async function terminalText(decision: Decision): Promise<string> {
  const { terminalText: write } = await import('../../scanners/output/terminal.ts');
  const { stdout } = process;
  return write(
    decision,
    stdout.isTTY ? { width: stdout.columns, hasColour: stdout.hasColors() } : { width: WIDTH, hasColour: false },
  );
}

/** All files that the decision rests on beside the reports. */
async function readEvidence({ options }: CommandInput) {
  const source = async (name: string) => {
    const file = options[name];
    return file === undefined ? undefined : { file, text: await readText(file) };
  };
  const [policy, waivers, baseline, vex, kev, epss] = await Promise.all(
    ['policy', 'waivers', 'baseline', 'vex', 'kev', 'epss'].map(source),
  );
  const further = waivers === undefined ? [] : [waivers];
  return {
    policy:
      policy === undefined && waivers === undefined
        ? defaultPolicy
        : readPolicy(policy?.file ?? 'The default policy', policy?.text ?? 'version: 1\n', further).policy,
    ...(baseline === undefined
      ? {}
      : { baseline: (await import('../../scanners/policy/baseline.ts')).readBaseline(baseline) }),
    ...(vex === undefined ? {} : { vex: [(await import('../../scanners/policy/vex.ts')).readVex(vex)] }),
    ...(kev === undefined ? {} : { kev: (await import('../../scanners/policy/kev.ts')).readKev(kev) }),
    ...(epss === undefined ? {} : { epss: (await import('../../scanners/policy/epss.ts')).readEpss(epss) }),
  };
}
