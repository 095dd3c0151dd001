/** A count that may be given as a share of a whole, such as `25%`. */
export function resolveIntOrPercent(
  value: number | string,
  whole: number,
  round: 'up' | 'down',
): number {
  if (typeof value === 'number') return value;
  const share = (Number.parseFloat(value) * whole) / 100;
  if (!value.endsWith('%')) return Number.parseInt(value, 10) || 0;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}
