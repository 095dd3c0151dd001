import { PeriodicChecks } from './PeriodicChecks';

function checks() {
  const results: string[] = [];
  const made = new PeriodicChecks<string>({
    onResult: key => results.push(key),
    onError: error => `failed: ${(error as Error).message}`,
  });
  return { made, results };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

describe('PeriodicChecks', () => {
  it('checks once for many askings, and tells when it is done', async () => {
    const { made, results } = checks();
    let runs = 0;
    const check = {
      digest: 'a',
      intervalMs: 60_000,
      run: async () => `run ${++runs}`,
    };
    expect(made.want('x', check)).toBeUndefined();
    expect(made.want('x', check)).toBeUndefined();
    await settled();
    expect(made.want('x', check)?.result).toBe('run 1');
    expect(results).toEqual(['x']);
    made.stop();
  });

  it('checks anew when what it depends on changed, and takes an error for a result', async () => {
    const { made } = checks();
    made.want('x', { digest: 'a', intervalMs: 60_000, run: async () => 'old' });
    await settled();
    const broken = {
      digest: 'b',
      intervalMs: 60_000,
      run: () => Promise.reject(new Error('no such host')),
    };
    expect(made.want('x', broken)).toBeUndefined();
    await settled();
    expect(made.want('x', broken)?.result).toBe('failed: no such host');
    made.stop();
  });

  it('runs few at once, and each of many', async () => {
    const { made, results } = checks();
    let running = 0;
    let most = 0;
    const run = async () => {
      most = Math.max(most, ++running);
      await new Promise(resolve => setImmediate(resolve));
      running--;
      return '';
    };
    for (let i = 0; i < 30; i++)
      made.want(`${i}`, { digest: '', intervalMs: 60_000, run });
    while (results.length < 30)
      await new Promise(resolve => setImmediate(resolve));
    expect(most).toBe(8);
    made.stop();
  });
});
