import type { Ecosystem } from '../dependencies/Project';

/** What is known of one package world. */
export interface EcosystemFacts {
  ecosystem: Ecosystem;
  manifests: string[];
  lockFiles: string[];
  direct: number;
  directRuntime: number;
  /** Packages that come with the direct ones; undefined where no lock file tells. */
  transitive?: number;
  duplicated: { name: string; versions: string[] }[];
}

/** What is known of all of them. */
export interface DependenciesFacts {
  ecosystems: EcosystemFacts[];
  unpinned: { manifest: string; name: string; wanted: string }[];
}

/** Packages listed; whoever has more of them has one problem, not more. */
export const LISTED_DUPLICATES = 50;
