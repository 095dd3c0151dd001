/** A container's process could not be started at all. */
export class ContainerStartError extends Error {
  readonly name = 'ContainerStartError';
}
