/** Rows of a benchmark as a table for a terminal. */
export function formatRows(rows) {
  const cells = rows.map(row => [
    row.what,
    `${round(row.value)} ${row.unit}`,
    row.target === undefined ? '' : `${row.target} ${row.met ? '✓' : '✗'}`,
    row.baseline
      ? `${row.baseline.what}: ${round(row.baseline.value)} ${
          row.unit
        } (ratio ${round(row.value / row.baseline.value)})`
      : row.note ?? '',
  ]);
  const widths = [0, 1, 2].map(column =>
    Math.max(...cells.map(each => each[column].length)),
  );
  return cells
    .map(
      each =>
        `  ${each
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

const round = value =>
  value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
