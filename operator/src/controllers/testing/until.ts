/** Longest wait of a test for a condition, in milliseconds; what takes longer is broken. */
const patienceMs = 20_000;

/** Waits until `read` gives something, and answers it. Fails with what was last seen. */
export async function until<T>(
  what: string,
  read: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await read();
    if (found) return found;
    if (performance.now() > deadline)
      throw new Error(`Waited ${patienceMs} ms in vain: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}
