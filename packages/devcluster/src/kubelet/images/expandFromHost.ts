/** Replaces `$NAME` and `${NAME}` by the program's own environment; what is not set there becomes empty, as in a shell. */
export function expandFromHost(
  text: string,
  environment: Record<string, string | undefined>,
): string {
  return text.replace(
    /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
    (_, braced?: string, bare?: string) => environment[braced ?? bare!] ?? '',
  );
}
