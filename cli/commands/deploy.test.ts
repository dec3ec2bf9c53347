import { expect, test } from 'vitest';
import { NOT_PLAIN } from '../../functions/core/plain-line.ts';
import { inProcess } from '../testing/in-process.ts';

const glass = ['deploy', '--environment', 'production', '--revision', 'a'.repeat(40), '--break-glass'];
const [ana, why] = [
  ['--actor', 'ana'],
  ['--reason', 'checkout is down'],
];

test.each<[string, (string[] | undefined)[], string[]]>([
  ['neither name nor reason', [], ['actor', 'reason']],
  ['no name: the user of this computer is nobody to answer for it', [why], ['actor']],
  ['no reason', [ana], ['reason']],
  ['a blank reason', [ana, ['--reason', '  ']], ['reason']],
  ['a reason that is not seen', [ana, ['--reason', '\u200b']], ['reason']],
  ['a name that turns the text around it', [why, ['--actor', 'ana\u202e']], ['actor']],
])('--break-glass with %s is refused, and no function is asked', async (_, more, vague) => {
  const { status, value, isError } = await inProcess(...glass, ...more.flatMap((words) => words ?? []));
  expect([status, isError]).toEqual([2, true]);
  expect(value).toMatchObject({
    code: 'InputInvalid',
    summary: `deploy: --break-glass needs --actor and --reason: who answers for it, and why. ${vague.map((name) => `--${name} ${NOT_PLAIN}`).join('; ')}.`,
  });
});
