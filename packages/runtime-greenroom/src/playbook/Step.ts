import { z } from 'zod';
import type { Expression } from './expressions/Expression';
import type { RenderedScript, Template } from './expressions/Template';

const text = z.string().min(1);

/** A duration as Kubernetes manifests write it, such as `90s` or `1m30s`. */
const duration = z
  .string()
  .regex(
    /^([0-9]+(ms|s|m|h|d))+$/,
    'write a duration such as "90s" or "1m30s"',
  );

/** What each verb takes, before its placeholders are filled. */
export const verbs = {
  run: z.union([
    text.transform(script => ({ script } as RunBody)),
    z.strictObject({
      script: text,
      shell: z.enum(['sh', 'bash']).optional(),
      workingDir: text.optional(),
      env: z.record(z.string(), z.string()).optional(),
    }),
  ]),
  http: z.strictObject({
    method: z.string().default('GET'),
    url: text,
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
    expect: z.union([z.number().int(), z.array(z.number().int())]).optional(),
  }),
  mcp: z.strictObject({
    tool: text.regex(
      /^[^/]+\/.+$/,
      'write "<server>/<tool>", such as "greenroom/notify"',
    ),
    arguments: z.record(z.string(), z.unknown()).optional(),
  }),
  assert: z.union([
    text.transform(that => ({ that } as { that: string; message?: string })),
    z.strictObject({ that: text, message: text.optional() }),
  ]),
  ask: z.strictObject({
    question: text,
    choices: z.array(text).min(1).optional(),
    timeout: duration.optional(),
    default: z.string().optional(),
  }),
  permit: z.strictObject({
    action: text,
    reason: text,
    timeout: duration.optional(),
  }),
  artifact: z
    .strictObject({
      name: text,
      path: text.optional(),
      content: z.string().optional(),
      mediaType: text.optional(),
      title: text.optional(),
      answer: z.boolean().optional(),
    })
    .refine(
      body => (body.path === undefined) !== (body.content === undefined),
      'set exactly one of path and content',
    ),
  status: text,
  model: z.strictObject({
    prompt: text,
    schema: z.record(z.string(), z.unknown()).optional(),
  }),
  forEach: z.strictObject({
    in: z.union([text, z.array(z.unknown())]),
    steps: z.array(z.unknown()).min(1),
  }),
} as const;

/** The one thing a step does. */
export type Verb = keyof typeof verbs;

/** Fields that every step may have beside its verb. */
export const commonFields = z.strictObject({
  name: text.max(200),
  when: z.union([text, z.boolean()]).optional(),
  timeout: duration.optional(),
  onFailure: z.enum(['fail', 'continue']).default('fail'),
  set: z
    .string()
    .regex(/^[a-zA-Z_]\w*$/, 'use letters, digits and underscores')
    .optional(),
});

/** Body of `run`. */
export interface RunBody {
  script: string;
  shell?: 'sh' | 'bash';
  workingDir?: string;
  env?: Record<string, string>;
}

/** Bodies after compilation: what a verb's work gets once they are rendered. */
export interface Bodies {
  run: Omit<RunBody, 'script'> & { script: RenderedScript };
  http: z.infer<typeof verbs.http>;
  mcp: z.infer<typeof verbs.mcp>;
  assert: { holds: boolean; source: string; message?: string };
  ask: z.infer<typeof verbs.ask>;
  permit: z.infer<typeof verbs.permit>;
  artifact: z.infer<typeof verbs.artifact>;
  status: string;
  model: z.infer<typeof verbs.model>;
  forEach: { in: unknown };
}

interface StepOf<V extends Verb> {
  verb: V;
  name: string;
  line: number;
  when?: Expression;
  timeoutMs?: number;
  onFailure: 'fail' | 'continue';
  set?: string;
  body: Template<Bodies[V]>;
  /** Steps inside a `forEach`; empty for other verbs. */
  steps: Step[];
}

/** One checked step. */
export type Step = { [V in Verb]: StepOf<V> }[Verb];
