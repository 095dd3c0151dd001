import { setTimeout as sleep } from 'node:timers/promises';

/** What a constant rate of calls cost; all in milliseconds. */
export interface OpenLoopSamples {
  /** From when a call was due until its answer, so that a queue in the driver counts. */
  latencies: number[];
  /** From when a call was due until it was made: the driver's own part. */
  delays: number[];
}

/** Makes calls at a constant rate, whether or not the ones before were answered. */
export async function openLoop(
  perSecond: number,
  durationMs: number,
  call: (index: number) => Promise<unknown>,
): Promise<OpenLoopSamples> {
  const samples: OpenLoopSamples = { latencies: [], delays: [] };
  const calls: Promise<void>[] = [];
  const count = Math.round((perSecond * durationMs) / 1000);
  const begin = performance.now();
  const make = async (index: number, due: number) => {
    samples.delays.push(performance.now() - due);
    await call(index);
    samples.latencies.push(performance.now() - due);
  };
  for (let index = 0; index < count; index += 1) {
    const due = begin + (index * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    calls.push(make(index, due));
  }
  await Promise.all(calls);
  return samples;
}

/** Calls a second when so many callers each wait for their answer before they call again. */
export async function closedLoop(
  callers: number,
  durationMs: number,
  call: (index: number) => Promise<unknown>,
): Promise<number> {
  let count = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() - begin < durationMs) {
        const index = count;
        count += 1;
        await call(index);
      }
    }),
  );
  return (count * 1000) / (performance.now() - begin);
}
