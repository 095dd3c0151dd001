/** A secret in one text: where it is and what it looks like. The secret itself stays where it was found. */
export interface SecretHit {
  /** What it is, in words: "GitHub token". */
  kind: string;
  line: number;
  /** Position in the text, to count the same secret once. */
  start: number;
  end: number;
}
