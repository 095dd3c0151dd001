/** One fault of a playbook, with the line a person must look at. */
export interface PlaybookFault {
  line: number;
  /** What is wrong and what to do, as a sentence. */
  message: string;
}

/** A playbook that cannot be run as it stands; nothing of it ran. */
export class PlaybookError extends Error {
  readonly name = 'PlaybookError';

  constructor(readonly faults: PlaybookFault[]) {
    super(
      `The playbook was not started: ${faults
        .map(fault => `line ${fault.line}: ${fault.message}`)
        .join(' ')}`,
    );
  }
}
