import { nameConflict, podReasons } from './podReasons';
import { no, yes } from './reasons';

/** The conditions of a Tool, with every reason they can have. */
export const toolConditions = {
  Ready: {
    doc: 'The tool answers and its functions are approved.',
    reasons: {
      Ready: yes('It answered the last probe.'),
      Pending: no('It has not been asked yet.'),
      Starting: no('Its pod is starting.'),
      Unreachable: no(
        'No connection could be made; the message says why.',
        'Correct the address, or look at the server.',
      ),
      Unauthorized: no(
        'It refused the credential.',
        'Correct the Secret that secretRef names.',
      ),
      SecretNotFound: no(
        'The Secret, or its key, is not there.',
        'Create it; the message names it.',
      ),
      ProtocolError: no(
        'It answers, but not as an MCP server; the message has its words.',
        'Correct url, path or transport.',
      ),
      TimedOut: no(
        'It did not answer within probe.timeout.',
        'Look at the server, or raise probe.timeout.',
      ),
      Drifted: no(
        'A definition changed after it was approved, so it is blocked.',
        'Look at the change and approve it with the annotation greenroom.dev/approve-tools.',
      ),
      NotSupported: no(
        'Connections are stored, but nothing acts on them yet.',
        'Use server or remote.',
      ),
      ...podReasons,
      NameConflict: nameConflict,
    },
  },
  Drifted: {
    doc: 'A definition changed after it was approved.',
    reasons: {
      DefinitionChanged: yes(
        'The message names the functions.',
        'Look at the change and approve it with the annotation greenroom.dev/approve-tools.',
      ),
      Pinned: no('All definitions are those that were approved.'),
    },
  },
};
