import { no, yes } from './reasons';

/** The conditions of a Registry, with every reason they can have. */
export const registryConditions = {
  Ready: {
    doc: 'Every entry can be had.',
    reasons: {
      AllAvailable: yes('All entries were found where they should be.'),
      Empty: yes('The registry has no entries.'),
      Checking: no('Entries are being checked for the first time.'),
      SomeUnavailable: no(
        'Some entries were not found; status.entries says which and why.',
        'Correct them, or give their secretRef.',
      ),
    },
  },
};
