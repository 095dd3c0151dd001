import { no, yes } from './reasons';

/** The conditions of a Tenant, with every reason they can have. */
export const tenantConditions = {
  Ready: {
    doc: 'The namespace and its agents are there.',
    reasons: {
      Ready: yes('Everything is there.'),
      Creating: no('The namespace is being made.'),
      NamespaceTaken: no(
        'A namespace of that name exists and is not this tenant’s; it is never taken over.',
        'Rename the Tenant.',
      ),
      AgentNotFound: no(
        'An Agent to clone is not there.',
        'Create it, or remove it from agents.',
      ),
      SecretNotFound: no(
        'A Secret that a cloned Agent needs is not there.',
        'Create it beside the Agent.',
      ),
      Terminating: no('The namespace is being deleted.'),
    },
  },
};
