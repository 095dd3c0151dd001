/** What a look at a catalogue entry came to. */
export type EntryCheck =
  | { readonly ok: true; readonly version?: string; readonly digest?: string }
  | {
      readonly ok: false;
      readonly phase: 'Unavailable' | 'Invalid';
      readonly message: string;
    };

/** Longest look at one entry, in milliseconds. */
export const entryTimeoutMs = 30_000;

/** An entry that cannot be had. */
export function unavailable(message: string): EntryCheck {
  return { ok: false, phase: 'Unavailable', message };
}

/** An entry that nobody could have: its spelling is wrong. */
export function invalid(message: string): EntryCheck {
  return { ok: false, phase: 'Invalid', message };
}

/** Why a request failed, as far as its error tells. */
export function causeOf(error: unknown): string {
  const { message, cause, name } = error as Error & {
    cause?: { message?: string; code?: string };
  };
  if (name === 'TimeoutError')
    return `no answer within ${entryTimeoutMs / 1000} s`;
  return cause?.message ?? cause?.code ?? message;
}
