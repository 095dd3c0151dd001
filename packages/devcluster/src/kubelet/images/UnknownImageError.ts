/** An image of which this machine has no local bundle. */
export class UnknownImageError extends Error {
  readonly name = 'UnknownImageError';

  constructor(reference: string, known: readonly string[]) {
    super(
      `Image "${reference}" cannot be pulled: containers here are local processes, and no local bundle has that name. Add it to the images file (name → command, env), use one of ${
        known.length ? known.join(', ') : 'those it names (it is empty now)'
      }, or run this on a real cluster.`,
    );
  }
}
