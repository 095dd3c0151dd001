import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  anOpening,
  SESSION_ID,
  startTestBench,
  type TestBench,
} from './testkit/startTestSidecar';

const password = 'c0rrect-horse/battery+staple ünd "Quotes"';
const multiline =
  '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----\n';
const token = 'the-token-of-the-pod';

let bench: TestBench;
beforeEach(async () => {
  bench = await startTestBench('greenroom', {
    secrets: { 'db/password': password, 'ssh/key': multiline },
  });
  await bench.operator.until('ready', () =>
    bench.operator
      .messages('runtime_status')
      .some(({ state }) => state === 'ready'),
  );
  bench.operator.open(anOpening());
  await bench.operator.event(SESSION_ID, 'task.started');
});
afterEach(async () => {
  await bench.close();
});

/** Every spelling that a leak could take. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('hex'),
    bytes.toString('base64'),
    bytes.toString('base64url'),
  ];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

/** Nothing of the secrets on the wire, on the disk or in the sidecar's own log. */
function expectNoSecret(): void {
  const places = [
    ['the wire', bench.operator.everything()],
    ['the log lines', bench.lines.join('')],
    ...filesBelow(bench.config.stateDir).map(path => [
      path,
      readFileSync(path, 'latin1'),
    ]),
  ];
  const lines = multiline
    .split('\n')
    .filter(line => line.length > 30 && !line.startsWith('-----'));
  for (const [place, content] of places) {
    for (const spelling of [
      ...spellings(password),
      ...lines.flatMap(spellings),
      ...spellings(token),
    ]) {
      if (
        content.includes(spelling) ||
        content.includes(JSON.stringify(spelling).slice(1, -1))
      ) {
        throw new Error(`${place} holds ${spelling}`);
      }
    }
  }
}

describe('a secret that the pod was given', () => {
  it('is on no wire and no disk, in any encoding, field or kind of event', async () => {
    const turn_id = 'turn-1';
    const emit = (id: string, type: string, payload: unknown) =>
      bench.runtime.emit({
        type,
        event_id: id,
        session_id: SESSION_ID,
        turn_id,
        payload,
      });
    let index = 0;
    for (const secret of [password, multiline, token]) {
      for (const spelling of spellings(secret)) {
        emit(`t${index}`, 'agent.text', { text: `before ${spelling} after` });
        emit(`r${index}`, 'agent.tool_result', {
          tool_use_id: 'c',
          content: { deep: [{ [spelling]: spelling }] },
        });
        emit(`c${index}`, 'acme.custom', { note: spelling });
        index += 1;
      }
    }
    emit('p', 'agent.permission_request', {
      request_id: 'permit',
      action: `Use ${password}`,
      arguments: { password },
    });
    emit('last', 'agent.text', { text: 'the end' });
    await bench.operator.until('the end', () =>
      JSON.stringify(bench.operator.events(SESSION_ID)).includes('the end'),
    );
    await bench.operator.event(SESSION_ID, 'approval.requested');
    expectNoSecret();
    expect(bench.operator.everything()).toMatch(
      /\[redacted:db\.password:[0-9a-f]{8}\]/,
    );
  });

  it('is caught in live deltas wherever they are cut', async () => {
    for (let cut = 1; cut < password.length; cut++) {
      const event_id = `d${cut}`;
      for (const text of [
        `say ${password.slice(0, cut)}`,
        `${password.slice(cut)} done`,
      ]) {
        bench.runtime.emit({
          type: 'delta.text',
          session_id: SESSION_ID,
          turn_id: 't',
          payload: { event_id, text },
        });
      }
    }
    await bench.operator.until('the last delta', () =>
      bench.operator
        .messages('delta')
        .some(
          ({ event }) =>
            JSON.stringify(event).includes(`d${password.length - 1}`) &&
            JSON.stringify(event).includes('done'),
        ),
    );
    const shown = new Map<string, string>();
    for (const { event } of bench.operator.messages('delta')) {
      const { event_id, text } = event.payload as {
        event_id: string;
        text: string;
      };
      shown.set(event_id, (shown.get(event_id) ?? '') + text);
    }
    for (const text of shown.values())
      expect(text).toMatch(/^say \[redacted:db\.password:[0-9a-f]{8}\] done$/);
    expectNoSecret();
  });

  it('is taken out of artifacts and blobs, and keeps binary files that hold it back', async () => {
    writeFileSync(
      join(bench.config.workspaceDir, 'big.txt'),
      `${'line\n'.repeat(30_000)}${password}\n`,
    );
    writeFileSync(
      join(bench.config.workspaceDir, 'bin.dat'),
      Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from(password)]),
    );
    for (const path of ['big.txt', 'bin.dat']) {
      bench.runtime.emit({
        type: 'agent.artifact',
        event_id: path,
        session_id: SESSION_ID,
        payload: { name: path, media_type: 'text/plain', path },
      });
    }
    bench.runtime.emit({
      type: 'agent.artifact',
      event_id: 'inline',
      session_id: SESSION_ID,
      payload: {
        name: 'inline',
        media_type: 'text/plain',
        content: `x ${password}`,
      },
    });
    const artifacts = () =>
      bench.operator
        .events(SESSION_ID)
        .filter(({ type }) => type === 'agent.artifact');
    await bench.operator.until(
      'artifacts',
      () => artifacts().length === 3 && bench.operator.blobs.size === 1,
    );
    expect(JSON.stringify(artifacts()[1].payload)).toContain('holds a secret');
    expectNoSecret();
  });

  it('that is posted as an event too large or too often is refused without a trace', async () => {
    const post = (body: string) =>
      fetch(bench.url('/v1/events'), {
        method: 'POST',
        body,
        headers: { 'x-greenroom-session': SESSION_ID },
      });
    const tooLarge = await post(
      JSON.stringify({
        type: 'agent.text',
        payload: { text: password.repeat(2_000) },
      }),
    );
    expect(tooLarge.status).toBe(413);
    const forged = await post(
      JSON.stringify({ type: 'user.message', payload: { text: password } }),
    );
    expect([forged.status, await forged.json()]).toEqual([
      403,
      {
        error: {
          code: 'Forbidden',
          message: expect.stringContaining('cannot emit'),
        },
      },
    ]);
    const bad = await post(`{"type": "${password}`);
    expect(bad.status).toBe(400);
    const good = await post(
      JSON.stringify({
        type: 'agent.text',
        event_id: 'mine',
        payload: { text: password },
      }),
    );
    expect(good.status).toBe(202);
    const again = await post(
      JSON.stringify({
        type: 'agent.text',
        event_id: 'mine',
        payload: { text: password },
      }),
    );
    expect(await again.json()).toMatchObject({ duplicate: true });
    const posts = () =>
      Promise.all(
        Array.from({ length: 100 }, () =>
          post(
            JSON.stringify({ type: 'agent.status', payload: { text: 'x' } }),
          ),
        ),
      );
    // The allowance fills up again meanwhile, on a slow machine by some for each round.
    let isRefused = false;
    while (!isRefused) {
      isRefused = (await posts()).some(({ status }) => status === 429);
    }
    await bench.operator.event(SESSION_ID, 'agent.text');
    expectNoSecret();
  });
});
