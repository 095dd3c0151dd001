/** Text of others inside Markdown: it can neither format nor break out. */
export function escaped(text: string): string {
  return formatFree(oneLine(text));
}

function formatFree(text: string): string {
  return text
    .replace(/[\\`*_[\]#|]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');
}

/** Text of others as code. */
export function code(text: string): string {
  return `\`${oneLine(text).replaceAll('`', 'ˋ')}\``;
}

/** A sentence of our own that quotes others between backticks. */
export function sentence(text: string): string {
  return oneLine(text)
    .split('`')
    .map((part, index) => (index % 2 ? `\`${part}\`` : formatFree(part)))
    .join('');
}

/** Bytes for people. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit && value < 100 ? value.toFixed(1) : Math.round(value)} ${
    units[unit]
  }`;
}

/** A whole number with thin groups of three, and its noun in the right number. */
export function counted(
  number: number,
  noun: string,
  plural = `${noun}s`,
): string {
  return `${grouped(number)} ${number === 1 ? noun : plural}`;
}

export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A table; an empty one gives nothing. */
export function table(header: string[], rows: string[][]): string[] {
  if (!rows.length) return [];
  // Within a table a bar ends the cell, also inside code.
  const cell = (text: string) => text.replace(/(?<!\\)\|/g, '\\|');
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line), ''];
}

function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what must not get through
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}
