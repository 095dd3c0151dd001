import type { Finding, SectionName, Severity } from '../Finding';
import { sectionNames, severities } from '../Finding';
import type { Sections } from '../inspect';

/** What was inspected: enough to write every output without the repository. */
export interface Inspected {
  repository: {
    name: string;
    head: string;
    branch?: string;
    remote?: string;
    isShallow: boolean;
  };
  /** Time of the inspection, RFC 3339. */
  inspectedAt: string;
  sections: Sections;
}

/** A finding with the section it belongs to. */
export type PlacedFinding = Finding & { section: SectionName };

/** All findings, most pressing first; within a severity in the order of the sections. */
export function allFindings({ sections }: Inspected): PlacedFinding[] {
  const placed = sectionNames.flatMap(section =>
    (sections[section]?.findings ?? []).map(finding => ({
      ...finding,
      section,
    })),
  );
  return severities.flatMap(severity =>
    placed.filter(finding => finding.severity === severity),
  );
}

/** How many findings there are of each severity. */
export function countBySeverity(
  findings: readonly Finding[],
): Record<Severity, number> {
  return Object.fromEntries(
    severities.map(severity => [
      severity,
      findings.filter(finding => finding.severity === severity).length,
    ]),
  ) as Record<Severity, number>;
}
