import { no, yes } from './reasons';

/** The conditions of a Policy, with every reason they can have. */
export const policyConditions = {
  Ready: {
    doc: 'The policy is in force.',
    reasons: {
      InForce: yes('Every agent it applies to has it.'),
      NoAgents: yes('It applies to no agent.'),
      Invalid: no(
        'It does not compile, so every request it is about is denied; the message names rule and place.',
        'Correct the rule.',
      ),
      Distributing: no('Some agents do not have it yet.'),
    },
  },
};
