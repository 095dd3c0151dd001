import { no, yes } from './reasons';

/** The conditions of an AgentTemplate, with every reason they can have. */
export const agentTemplateConditions = {
  Ready: {
    doc: 'The template can be used.',
    reasons: {
      Valid: yes('Everything it names is there.'),
      ModelNotFound: no(
        'The Model that model.ref names is not in this namespace.',
        'Create it, or correct model.ref.',
      ),
      ConfigMapNotFound: no(
        'A ConfigMap that it names is not there.',
        'Create it, or correct the name.',
      ),
      SecretNotFound: no(
        'A Secret that it names is not there.',
        'Create it, or correct the name.',
      ),
      ToolNotFound: no(
        'A Tool that it names is not in this namespace.',
        'Create it, or correct tools[].ref.',
      ),
      InvalidConfiguration: no(
        'Its settings contradict each other; the message says how.',
        'Correct the field that the message names.',
      ),
    },
  },
  InUse: {
    doc: 'Agents, Tasks or Sessions use the template.',
    reasons: {
      Used: yes('status.usedBy names some of its users.'),
      DeletionBlocked: yes(
        'The template is to be deleted, but is still used; it goes when nothing uses it.',
        'Delete or change the users that the message names.',
      ),
      Unused: no('Nothing uses it.'),
    },
  },
};
