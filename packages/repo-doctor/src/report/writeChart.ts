import { sectionNames, severities, type Severity } from '../Finding';
import type { Activity } from '../sections/activity';
import { allFindings, countBySeverity, type Inspected } from './Inspected';
import { counted, grouped } from './markdown';
import { SECTION_TITLES } from './writeReport';

/** Pixels; a report's page is about this wide. */
const WIDTH = 960;
const MARGIN = 32;
const ROWS = 8;
const ROW_HEIGHT = 24;

/** Light by default; readers with a dark page get the second set. Contrast is at least 4.5 for text in both. */
const STYLE = `
  .bg { fill: #ffffff } .panel { fill: #f6f8fa; stroke: #d8dee4 }
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328 }
  .title { font-size: 22px; font-weight: 600 } .heading { font-size: 14px; font-weight: 600 }
  .muted { fill: #59636e; font-size: 12px } .grid { stroke: #d8dee4; stroke-width: 1 }
  .bar { fill: #2f6fdb } .second { fill: #2da1a8 } .track { fill: #e4e8ed }
  .high { fill: #cf222e } .medium { fill: #c77700 } .low { fill: #7a5cd6 } .info { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    .bg { fill: #0d1117 } .panel { fill: #151b23; stroke: #30363d }
    text { fill: #e6edf3 } .muted { fill: #9aa4b0 } .grid { stroke: #30363d }
    .bar { fill: #6ea8fe } .second { fill: #56c7cf } .track { fill: #262c36 }
    .high { fill: #ff7b72 } .medium { fill: #e3a23c } .low { fill: #a991f7 } .info { fill: #7d8590 }
  }`;

/** One picture of the inspection: activity, people, hot spots, findings. It needs no script and no font. */
export function writeChart(inspected: Inspected): string {
  const { history } = inspected.sections;
  const half = (WIDTH - 3 * MARGIN) / 2;
  const rowsHeight = 52 + ROWS * ROW_HEIGHT;
  const panels: string[] = [];
  let top = 96;
  if (history) {
    const people = history.facts.contributors.filter(person => !person.isBot);
    const isActive = people.some(person => person.recentCommits > 0);
    panels.push(
      activityPanel(history.facts.activity, {
        x: MARGIN,
        y: top,
        width: WIDTH - 2 * MARGIN,
        height: 208,
      }),
      bars(
        isActive
          ? 'Commits in the last 12 months, by person'
          : 'Commits, by person',
        people
          .map(person => ({
            label: person.name,
            value: isActive ? person.recentCommits : person.commits,
          }))
          .filter(({ value }) => value > 0)
          .sort((a, b) => b.value - a.value),
        {
          x: MARGIN,
          y: top + 232,
          width: half,
          height: rowsHeight,
          colour: 'bar',
        },
      ),
      bars(
        'Files that change most, by commits',
        history.facts.hotSpots.map(spot => ({
          label: spot.path,
          value: spot.commits,
        })),
        {
          x: 2 * MARGIN + half,
          y: top + 232,
          width: half,
          height: rowsHeight,
          colour: 'second',
        },
      ),
    );
    top += 232 + rowsHeight + 24;
  }
  panels.push(findings(inspected, MARGIN, top, WIDTH - 2 * MARGIN));
  const height = top + findingsHeight(inspected) + MARGIN;
  const { name, head } = inspected.repository;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Health of ${xml(
    name,
  )}">
<style>${STYLE}
</style>
<rect class="bg" width="${WIDTH}" height="${height}" rx="12"/>
<text class="title" x="${MARGIN}" y="48">${xml(shortened(name, 60))}</text>
<text class="muted" x="${MARGIN}" y="72">${xml(
    subtitle(inspected, head),
  )}</text>
${panels.join('\n')}
</svg>
`;
}

function subtitle({ sections, inspectedAt }: Inspected, head: string): string {
  const { history, files } = sections;
  return [
    history &&
      `${grouped(
        history.facts.commits,
      )} commits since ${history.facts.firstCommit.slice(0, 4)}`,
    history && counted(history.facts.contributorCount, 'contributor'),
    files && counted(files.facts.files, 'file'),
    `at ${head.slice(0, 12)}`,
    inspectedAt.slice(0, 10),
  ]
    .filter(Boolean)
    .join('  ·  ');
}

/** Steps shown: three years, or three months, or two days. */
const SHOWN_STEPS = { month: 36, day: 92, hour: 48 } as const;

function activityPanel(
  { unit, steps: all }: Activity,
  { x, y, width, height }: Box,
): string {
  const steps = all.slice(-SHOWN_STEPS[unit]);
  const most = Math.max(1, ...steps.map(([, count]) => count));
  const left = x + 52;
  const right = x + width - 20;
  const base = y + height - 32;
  const tall = height - 84;
  // A young repository has few steps: its bars stay bars.
  const pitch = Math.min((right - left) / steps.length, 64);
  const lines = (most > 1 ? [0, 0.5, 1] : [0, 1]).map(share => {
    const at = round(base - tall * share);
    return `<line class="grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text class="muted" x="${
      left - 8
    }" y="${at + 4}" text-anchor="end">${grouped(
      Math.round(most * share),
    )}</text>`;
  });
  const columns = steps.map(([step, count], index) => {
    const tallness = (tall * count) / most;
    return `<rect class="bar" x="${round(
      left + pitch * (index + 0.12),
    )}" y="${round(base - tallness)}" width="${round(
      pitch * 0.76,
    )}" height="${round(
      tallness,
    )}" rx="2"><title>${step}: ${count}</title></rect>`;
  });
  const labels = labelledSteps(
    steps.map(([step]) => step),
    pitch,
  ).map(
    index =>
      `<text class="muted" x="${round(left + pitch * index)}" y="${
        base + 18
      }">${stepLabel(steps[index][0], unit)}</text>`,
  );
  return panel(
    { x, y, width, height },
    `Commits per ${unit}${
      all.length > steps.length ? `, last ${steps.length} ${unit}s` : ''
    }`,
    [...lines, ...columns, ...labels],
  );
}

/** Width that the longest label needs. */
const LABEL_PIXELS = 76;

/** Steps that get a label: the beginnings of years or days, and the first, as far as they do not overlap. */
function labelledSteps(steps: string[], pitch: number): number[] {
  const isMark = (step: string) => /^\d{4}-01$|^\d{4}-\d\d-01$|T00$/.test(step);
  const marks = steps.flatMap((step, index) => (isMark(step) ? index : []));
  const labelled: number[] = [];
  for (const index of [...marks, 0].sort((a, b) => a - b)) {
    const next = marks.find(mark => mark > index);
    const previous = labelled.at(-1);
    const clashesWithMark =
      !marks.includes(index) &&
      next !== undefined &&
      (next - index) * pitch < LABEL_PIXELS;
    if (
      clashesWithMark ||
      (previous !== undefined && (index - previous) * pitch < LABEL_PIXELS)
    )
      continue;
    labelled.push(index);
  }
  return labelled;
}

function stepLabel(step: string, unit: Activity['unit']): string {
  if (unit === 'month') return step.endsWith('-01') ? step.slice(0, 4) : step;
  return unit === 'day' ? step : step.replace('T', ' ').concat(':00').slice(5);
}

function bars(
  title: string,
  all: { label: string; value: number }[],
  {
    x,
    y,
    width,
    height,
    colour,
  }: { x: number; y: number; width: number; height: number; colour: string },
): string {
  const rows = all.slice(0, ROWS);
  const most = Math.max(1, ...rows.map(({ value }) => value));
  const labelWidth = 204;
  const track = width - labelWidth - 88;
  const lines = rows.map(({ label, value }, index) => {
    const at = y + 44 + index * ROW_HEIGHT;
    return `<text x="${x + 20}" y="${at + 14}">${xml(
      shortened(label, 25),
    )}<title>${xml(label)}</title></text><rect class="track" x="${
      x + 20 + labelWidth
    }" y="${
      at + 4
    }" width="${track}" height="12" rx="6"/><rect class="${colour}" x="${
      x + 20 + labelWidth
    }" y="${at + 4}" width="${round(
      Math.max(6, (track * value) / most),
    )}" height="12" rx="6"/><text class="muted" x="${x + width - 20}" y="${
      at + 14
    }" text-anchor="end">${grouped(value)}</text>`;
  });
  if (!rows.length)
    lines.push(
      `<text class="muted" x="${x + 20}" y="${y + 60}">Nothing to show.</text>`,
    );
  return panel({ x, y, width, height }, title, lines);
}

function findingsHeight({ sections }: Inspected): number {
  return 64 + sectionNames.filter(name => sections[name]).length * ROW_HEIGHT;
}

function findings(
  inspected: Inspected,
  x: number,
  y: number,
  width: number,
): string {
  const names = sectionNames.filter(name => inspected.sections[name]);
  const counts = names.map(name =>
    countBySeverity(inspected.sections[name]!.findings),
  );
  const totals = counts.map(each =>
    severities.reduce((sum, severity) => sum + each[severity], 0),
  );
  const most = Math.max(1, ...totals);
  const labelWidth = 250;
  const track = width - labelWidth - 88;
  const lines = names.map((name, index) => {
    const at = y + 44 + index * ROW_HEIGHT;
    let offset = x + 20 + labelWidth;
    const parts = severities.map(severity => {
      const count = counts[index][severity];
      if (!count) return '';
      const wide = (track * count) / most;
      const part = `<rect class="${severity}" x="${round(offset)}" y="${
        at + 3
      }" width="${round(
        Math.max(2, wide - 2),
      )}" height="14" rx="3"><title>${count} ${word(severity)}</title></rect>`;
      offset += wide;
      return part;
    });
    return `<text x="${x + 20}" y="${at + 15}">${xml(
      SECTION_TITLES[name],
    )}</text>${parts.join('')}<text class="muted" x="${round(offset + 8)}" y="${
      at + 15
    }">${totals[index] || 'none'}</text>`;
  });
  const present = severities.filter(severity =>
    allFindings(inspected).some(each => each.severity === severity),
  );
  let at = x + width - 20;
  const legend = [...present].reverse().map(severity => {
    at -= word(severity).length * 8 + 32;
    return `<rect class="${severity}" x="${at}" y="${
      y + 16
    }" width="12" height="12" rx="3"/><text class="muted" x="${at + 18}" y="${
      y + 26
    }">${word(severity)}</text>`;
  });
  return panel({ x, y, width, height: findingsHeight(inspected) }, 'Findings', [
    ...legend,
    ...lines,
  ]);
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

function panel(
  { x, y, width, height }: Box,
  title: string,
  content: string[],
): string {
  return `<g><rect class="panel" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/><text class="heading" x="${
    x + 20
  }" y="${y + 28}">${xml(title)}</text>
${content.join('\n')}</g>`;
}

function word(severity: Severity): string {
  return severity === 'info' ? 'note' : severity;
}

/** Keeps the end: of a path that is the file's name. */
function shortened(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  return `…${characters.slice(-(length - 1)).join('')}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function xml(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- XML 1.0 forbids control characters
      .replace(/[\u0000-\u001f\u007f\ufffe\uffff]/g, ' ')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
