import { nameConflict, podReasons } from './podReasons';
import { no, yes } from './reasons';

/** The conditions of a Provider, with every reason they can have. */
export const providerConditions = {
  Ready: {
    doc: 'The service answers.',
    reasons: {
      Ready: yes('It answers on the bus.'),
      Starting: no('Its pods are starting.'),
      NotAnswering: no(
        'It does not answer on the bus.',
        'Read the log of its pods.',
      ),
      SecretNotFound: no(
        'The Secret that credentialsRef names is not there.',
        'Create it.',
      ),
      ...podReasons,
      NameConflict: nameConflict,
    },
  },
};
