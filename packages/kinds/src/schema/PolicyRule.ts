import { z } from 'zod';
import { setOf } from './collections';
import {
  Duration,
  EntityRef,
  filled,
  HostPattern,
  integer,
  ShortName,
  text,
} from './scalars';
import { withRules } from './withRules';

const PolicyRuleObject = z.object({
  name: ShortName.describe('Names the rule, in events and approvals.'),
  about: z
    .enum(['tool', 'prompt', 'shell', 'invoke', 'egress', 'credential'])
    .describe('What kind of request the rule is about.'),
  match: z
    .object({
      tools: setOf(filled(253), 128)
        .optional()
        .describe(
          'Tool functions, as <tool>/<function>, <function> or with * for any characters.',
        ),
      hosts: setOf(HostPattern, 128)
        .optional()
        .describe('Hosts, for egress and credential.'),
      patterns: setOf(filled(1024).meta({ means: 'regex' }), 64)
        .optional()
        .describe(
          'Regular expressions (RE2) on the arguments, prompt, command line or address.',
        ),
      when: filled(4096)
        .meta({ means: 'cel' })
        .optional()
        .describe(
          'CEL over `request`, which must be true, such as request.arguments.amount > 100.',
        ),
    })
    .optional()
    .describe(
      'To which requests it applies: to those that match everything given. All by default.',
    ),
  action: z
    .enum(['Allow', 'Deny', 'RequireApproval', 'Audit'])
    .describe(
      'What happens. Deny wins, then RequireApproval, then Allow; Audit only records.',
    ),
  approvers: setOf(EntityRef, 64)
    .optional()
    .describe(
      'Catalog entities who may decide; anyone with the right to patch Approvals, by default.',
    ),
  quorum: integer(1, 16).default(1).describe('How many approvers must agree.'),
  selfApproval: z
    .boolean()
    .default(false)
    .describe('Whether who asked may decide.'),
  timeout: Duration.default('1h').describe(
    'How long an approval waits for its decision.',
  ),
  onTimeout: z
    .enum(['Deny', 'Allow'])
    .default('Deny')
    .describe('What counts when nobody decided.'),
  remember: z
    .enum(['None', 'Session', 'Agent'])
    .default('None')
    .describe('For how long an approval also holds for the same call.'),
  message: text(1024).optional().describe('What agent and approvers are told.'),
});

/** One rule of a Policy. */
export const PolicyRule = withRules(PolicyRuleObject, [
  {
    rule: "!has(self.approvers) || self.action == 'RequireApproval'",
    message: 'set approvers only when action is RequireApproval',
    holds: rule =>
      rule.approvers === undefined || rule.action === 'RequireApproval',
  },
  {
    rule: "!has(self.match) || !has(self.match.tools) || self.about == 'tool'",
    message: 'set match.tools only for rules about tool',
    holds: rule => rule.match?.tools === undefined || rule.about === 'tool',
  },
  {
    rule: "!has(self.match) || !has(self.match.hosts) || self.about in ['egress', 'credential']",
    message: 'set match.hosts only for rules about egress or credential',
    holds: rule =>
      rule.match?.hosts === undefined ||
      rule.about === 'egress' ||
      rule.about === 'credential',
  },
]);
export type PolicyRule = z.output<typeof PolicyRule>;
