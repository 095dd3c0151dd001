/** How much a finding matters to whoever keeps the repository, most pressing first. */
export const severities = ['high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof severities)[number];

/** Parts of the inspection, in the order of the report. */
export const sectionNames = [
  'secrets',
  'dependencies',
  'licences',
  'checks',
  'history',
  'files',
  'marks',
] as const;
export type SectionName = (typeof sectionNames)[number];

/** A place in the repository. */
export interface Place {
  path: string;
  line?: number;
  /** Full id of a commit, where the place is not in the inspected tree. */
  commit?: string;
}

/** One thing a maintainer should know, with what to do about it. */
export interface Finding {
  /** Stable name of the kind of finding, for filters and tables. */
  id: string;
  severity: Severity;
  /** What is the case, as a sentence. */
  title: string;
  /** What shows it; Markdown without links to elsewhere. */
  evidence: string[];
  places: Place[];
  /** What to do, as a sentence. */
  advice: string;
}

/** What one part of the inspection found. */
export interface Section<Facts = Record<string, unknown>> {
  name: SectionName;
  /** Figures and lists, for the report, the chart and programs. */
  facts: Facts;
  findings: Finding[];
  /** What was not looked at, and why, as sentences. */
  limits: string[];
  durationMs: number;
}
