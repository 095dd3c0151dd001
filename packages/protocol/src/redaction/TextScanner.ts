/** A secret found in a text, from `start` up to `end` in UTF-16 units. */
export interface TextFinding {
  rule: string;
  start: number;
  end: number;
}

/**
 * Finds secrets by how they look. It sees whole values, and may take its time; a scanner that throws withholds the event.
 */
export type TextScanner = (
  text: string,
) => readonly TextFinding[] | Promise<readonly TextFinding[]>;

/** A scanner that is done at once, and so may also guard logs. */
export type SyncTextScanner = (text: string) => readonly TextFinding[];
