import { sectionNames, type Section, type SectionName } from './Finding';
import type { InspectionContext, SectionResult } from './Inspection';
import { inspectChecks } from './sections/inspectChecks';
import { inspectDependencies } from './sections/inspectDependencies';
import { inspectFiles } from './sections/inspectFiles';
import { inspectHistory } from './sections/inspectHistory';
import { inspectLicences } from './sections/inspectLicences';
import { inspectMarks } from './sections/inspectMarks';
import { inspectSecrets } from './sections/inspectSecrets';

const inspections = {
  secrets: inspectSecrets,
  dependencies: inspectDependencies,
  licences: inspectLicences,
  checks: inspectChecks,
  history: inspectHistory,
  files: inspectFiles,
  marks: inspectMarks,
} satisfies Record<
  SectionName,
  (context: InspectionContext) => Promise<SectionResult<unknown>>
>;

/** Facts of each section, by its name. */
export type FactsOf<N extends SectionName> = Awaited<
  ReturnType<(typeof inspections)[N]>
>['facts'];

/** Results of the sections that were inspected. */
export type Sections = { [N in SectionName]?: Section<FactsOf<N>> };

/** Inspects one section. */
export async function inspectSection<N extends SectionName>(
  name: N,
  context: InspectionContext,
): Promise<Section<FactsOf<N>>> {
  const started = performance.now();
  const result = await inspections[name](context);
  return {
    name,
    ...(result as SectionResult<FactsOf<N>>),
    durationMs: Math.round(performance.now() - started),
  };
}

/** True for a name of a section. */
export function isSectionName(name: string): name is SectionName {
  return (sectionNames as readonly string[]).includes(name);
}
