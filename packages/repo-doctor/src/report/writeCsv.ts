import { allFindings, type Inspected } from './Inspected';

const HEADER = [
  'severity',
  'section',
  'finding',
  'title',
  'path',
  'line',
  'commit',
  'advice',
];

/** Rows for one finding; beyond it a table helps nobody. */
const PLACES_PER_FINDING = 200;

/** All findings as a table, one row for each place, or one where a finding has none (RFC 4180). */
export function writeCsv(inspected: Inspected): string {
  const rows = allFindings(inspected).flatMap(finding => {
    const places = finding.places.length ? finding.places : [undefined];
    return places
      .slice(0, PLACES_PER_FINDING)
      .map(place => [
        finding.severity,
        finding.section,
        finding.id,
        finding.title,
        place?.path ?? '',
        place?.line?.toString() ?? '',
        place?.commit ?? '',
        finding.advice,
      ]);
  });
  return [HEADER, ...rows]
    .map(row => `${row.map(cell).join(',')}\r\n`)
    .join('');
}

function cell(text: string): string {
  // A spreadsheet would run a cell that begins like a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
