import { z } from 'zod';
import { JsonObject } from '../values/JsonValue';
import { ForeignId } from '../values/SessionId';
import { defineEvent } from './defineEvent';

/** What a Policy's rule is about. */
export const PolicySubject = z.enum([
  'tool',
  'prompt',
  'shell',
  'invoke',
  'egress',
  'credential',
]);
export type PolicySubject = z.infer<typeof PolicySubject>;

const Judgement = z.object({
  about: PolicySubject,
  /** The tool, host, credential or agent that was asked for. */
  target: z.string().max(1_024),
  /** Unset where the default decided. */
  policy: z.string().max(253).optional(),
  rule: z.string().max(253).optional(),
  /** Digest of the policies in force. */
  policy_digest: z.string().max(128).optional(),
  message: z.string().max(16_384),
  arguments: JsonObject.optional(),
  tool_use_id: ForeignId.optional(),
});

export const policyEvents = [
  defineEvent({
    type: 'policy.denied',
    description: 'A rule, or the default, refused something.',
    emitter: 'greenroom',
    payload: Judgement,
    example: {
      about: 'egress',
      target: 'pastebin.com:443',
      policy: 'egress',
      rule: 'no-paste-sites',
      message:
        'Rule "no-paste-sites" of Policy "egress" denies pastebin.com. Add the host to egress.allow to allow it.',
    },
  }),
  defineEvent({
    type: 'policy.audited',
    description: 'A rule allowed something and asked for a record of it.',
    emitter: 'greenroom',
    payload: Judgement,
    example: {
      about: 'tool',
      target: 'github/create_issue',
      policy: 'tools',
      rule: 'watch-writes',
      message: 'Rule "watch-writes" of Policy "tools" records this call.',
    },
  }),
] as const;
