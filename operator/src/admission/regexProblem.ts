/** Why a regular expression cannot be used, in words, or `undefined` if it can. RE2, so that no text takes long to match. */
export async function regexProblem(text: string): Promise<string | undefined> {
  // Loaded on the first Policy: it is large.
  const { RE2JS } = await import('@bufbuild/re2');
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    return `not a regular expression (RE2 syntax): ${(error as Error).message}`;
  }
}
