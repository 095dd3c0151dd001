import { Cron } from 'croner';

/** Why a schedule cannot be kept, in words, or `undefined` if it can. `now` decides whether it ever comes again. */
export function scheduleProblem(
  schedule: string,
  timeZone: string,
  now: Date,
): string | undefined {
  try {
    const cron = new Cron(schedule, {
      mode: '5-part',
      timezone: timeZone,
      paused: true,
    });
    if (cron.nextRun(now)) return undefined;
    return 'no such time ever comes. Check day and month.';
  } catch (error) {
    const reason = (error as Error).message.replace(/^Cron\w+: /, '');
    return `not a schedule of five fields such as "0 6 * * 1-5", or @hourly, @daily, @weekly, @monthly, @yearly (${reason})`;
  }
}
