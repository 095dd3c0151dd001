/** RFC 3339 in UTC with whole seconds, as objects carry it. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
