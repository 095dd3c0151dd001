/** A file of a volume whose content comes from the API. */
export interface PayloadFile {
  /** Relative to the volume, without `..`. */
  path: string;
  content: Buffer;
  /** Permission bits. */
  mode: number;
}

/** Why a volume cannot be mounted now. Shown in an event `FailedMount`; tried again. */
export class VolumeError extends Error {
  readonly name = 'VolumeError';
}
