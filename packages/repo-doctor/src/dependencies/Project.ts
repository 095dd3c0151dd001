/** Package worlds that are understood. */
export type Ecosystem = 'npm' | 'Go' | 'Python' | 'Rust' | 'Java';

/** A dependency that a manifest names. */
export interface Direct {
  name: string;
  /** Version or range as written; empty where none is. */
  wanted: string;
  use: 'runtime' | 'development';
}

/** A package that a lock file fixes. */
export interface Locked {
  name: string;
  version: string;
  licence?: string;
}

/** A manifest that was read. */
export interface Manifest {
  ecosystem: Ecosystem;
  path: string;
  direct: Direct[];
  /** Dependencies beyond the direct ones where the manifest itself lists them, as go.mod does. */
  indirect: Direct[];
  /** SPDX expression or other text of its licence field. */
  licence?: string;
  hasLicenceField: boolean;
  /** Whether it is published, as far as the manifest says. */
  isPrivate: boolean;
  /** True where every version is exact, so that the manifest is its own lock file. */
  isExact: boolean;
}

/** A lock file that was read. */
export interface LockFile {
  ecosystem: Ecosystem;
  path: string;
  /** Who writes it: `npm`, `yarn`, `pnpm`, `cargo` … */
  tool: string;
  packages: Locked[];
}

/** A file that should be one of those and cannot be read. */
export class UnreadableManifestError extends Error {
  readonly name = 'UnreadableManifestError';
}
