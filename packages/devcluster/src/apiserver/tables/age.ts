const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A span in milliseconds as Kubernetes prints ages: two units where one is too coarse, at most four characters or so. */
export function humanDuration(span: number): string {
  if (span < -second) return '<invalid>';
  const ms = Math.max(0, span);
  if (ms < 2 * minute) return `${Math.floor(ms / second)}s`;
  const minutes = Math.floor(ms / minute);
  if (minutes < 10)
    return withRest(minutes, 'm', Math.floor(ms / second) % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(ms / hour);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 24 * 8) return withRest(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.floor(hours / 24 / 365);
  if (hours < 24 * 365 * 8)
    return withRest(years, 'y', Math.floor(ms / day) % 365, 'd');
  return `${years}y`;
}

function withRest(
  amount: number,
  unit: string,
  rest: number,
  restUnit: string,
): string {
  return rest ? `${amount}${unit}${rest}${restUnit}` : `${amount}${unit}`;
}

/** The time since an RFC 3339 timestamp. */
export function ageOf(timestamp: string | undefined, now: number): string {
  if (!timestamp) return '<unknown>';
  return humanDuration(now - Date.parse(timestamp));
}
