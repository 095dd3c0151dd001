import type { Repository } from './git/Repository';
import type { Finding } from './Finding';

/** What every section works with. */
export interface InspectionContext {
  repository: Repository;
  /** Time of the inspection. */
  now: Date;
  /** Longest time one section may take, in milliseconds. */
  sectionLimitMs: number;
}

/** What a section's inspection gives before it is timed and named. */
export interface SectionResult<Facts> {
  facts: Facts;
  findings: Finding[];
  limits: string[];
}
