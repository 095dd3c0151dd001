import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eventTable } from './eventTable';

/** Prettier pads columns; what counts is the cells. */
const withoutPadding = (markdown: string) =>
  markdown.replace(/ +\|/g, ' |').replace(/-{3,}/g, '---');

it('the README shows every event as it is defined', () => {
  const readme = readFileSync(
    path.resolve(__dirname, '../../README.md'),
    'utf8',
  );
  expect(withoutPadding(readme)).toContain(withoutPadding(eventTable()));
});
