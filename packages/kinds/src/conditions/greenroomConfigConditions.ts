import { no, yes } from './reasons';

/** The conditions of the GreenroomConfig, with every reason they can have. */
export const greenroomConfigConditions = {
  Ready: {
    doc: 'The operator works by these settings.',
    reasons: {
      Applied: yes('The settings are in force.'),
      Invalid: no(
        'A setting cannot be used; the former ones stay in force. The message names it.',
        'Correct the field that the message names.',
      ),
      NotSupported: no(
        'A setting is for a part that this release does not have yet; the message names it.',
        'Remove it, or wait for the release that has it.',
      ),
    },
  },
};
