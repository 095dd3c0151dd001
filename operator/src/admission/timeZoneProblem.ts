/** Why a time zone cannot be used, in words, or `undefined` if it can. */
export function timeZoneProblem(timeZone: string): string | undefined {
  try {
    Intl.DateTimeFormat('en', { timeZone });
    return undefined;
  } catch {
    return 'not a time zone. Use an IANA name such as Europe/Berlin.';
  }
}
