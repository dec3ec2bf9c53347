import * as z from 'zod';

const text = z.string();

const Phase = z.looseObject({ name: text, state: text, ms: z.number().optional(), detail: text.optional() });
const Drifted = z.looseObject({
  ref: z.looseObject({ kind: text, name: text, namespace: text.optional() }),
  kind: text,
  changes: z.array(z.looseObject({ path: text, live: z.unknown().optional(), desired: z.unknown().optional() })),
});

const Planned = z.looseObject({
  changes: z.array(
    z.looseObject({
      object: text,
      change: z.enum(['created', 'configured', 'pruned']),
      fields: z.array(z.looseObject({ path: text, live: z.unknown(), desired: z.unknown() })),
      more: z.number().exactOptional(),
    }),
  ),
  unchanged: z.number(),
  more: z.number(),
});
const HookRun = z.looseObject({ stage: text, object: text, state: text, logs: z.array(text) });

/** What a function answers (functions/core/result.ts), as far as the terminal shows it. All of it is printed with --json. */
export const Answer = z.looseObject({
  ok: z.boolean(),
  summary: text,
  next: z.array(text),
  release: z
    .looseObject({ id: text, environment: text, revision: text, outcome: text.optional(), image: text.optional() })
    .optional(),
  phases: z.array(Phase).optional(),
  plan: Planned.optional(),
  hooks: z.array(HookRun).optional(),
  notes: z.array(text).optional(),
  failure: z.looseObject({ code: text, owner: text, logs: z.array(text) }).optional(),
  busy: z.looseObject({ holder: text }).optional(),
  reports: z.array(z.looseObject({ environment: text, state: text, drift: z.array(Drifted).optional() })).optional(),
  environments: z
    .array(
      z.looseObject({
        environment: text,
        releases: z.array(
          z.looseObject({ id: text, revision: text, outcome: text, actor: text, openedAt: text, sentence: text }),
        ),
      }),
    )
    .optional(),
  links: z.looseObject({ app: text.optional(), workflowRun: text.optional() }).optional(),
});
export type Answer = z.output<typeof Answer>;
export type Phase = z.output<typeof Phase>;
export type HookRun = z.output<typeof HookRun>;
