import { performance } from 'node:perf_hooks';
import { secretlintScanner } from './secretlintScanner';

describe('secretlintScanner', () => {
  const scan = secretlintScanner();

  it('finds a key of a known form and says where', async () => {
    const key = `ghp_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'}`;
    expect(await scan(`my key is ${key}, keep it`)).toEqual([
      { rule: 'github', start: 10, end: 10 + key.length },
    ]);
  });

  it('finds nothing in ordinary text', async () => {
    expect(await scan('input_tokens: 12, the quick brown fox')).toEqual([]);
  });

  it('cannot be switched off by a comment in the text', async () => {
    const key = `ghp_${'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'}`;
    expect(await scan(`/* secretlint-disable */\n${key}`)).toHaveLength(1);
  });

  it('keeps nothing of what it looked at', async () => {
    await scan('loaded');
    const marks = performance.getEntriesByType('mark').length;
    for (let n = 0; n < 20; n += 1) await scan(`text ${n}`);
    expect(performance.getEntriesByType('mark')).toHaveLength(marks);
  });
});
