/** Redaction failed; what it was given must not be passed on. The message holds nothing of what was scanned. */
export class RedactionError extends Error {
  readonly name = 'RedactionError';
}
