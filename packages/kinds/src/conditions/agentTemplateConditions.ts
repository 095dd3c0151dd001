/** The conditions of this kind, with every reason they can have. */
export const agentTemplateConditions = {
  Ready: {
    doc: 'Whether it can be used.',
    reasons: {
      Ready: { status: 'True', meaning: 'It can be used.' },
    },
  },
} as const;
