import {
  anOpening,
  SESSION_ID,
  startTestBench,
  type TestBench,
} from './testkit/startTestSidecar';

let bench: TestBench;
afterEach(async () => {
  await bench.close();
});

const user = { type: 'user' as const, id: 'jane' };
const taskInput = (id = 'task-1') => ({
  type: 'input' as const,
  id,
  session_id: SESSION_ID,
  kind: 'task' as const,
  text: 'Inspect it.',
  actor: user,
});
const texts = () =>
  bench.operator
    .events(SESSION_ID)
    .filter(({ type }) => type === 'agent.text')
    .map(({ payload }) => (payload as { text: string }).text);
const types = () => bench.operator.events(SESSION_ID).map(({ type }) => type);
const count = (type: string) => types().filter(each => each === type).length;
const start = async (kind: 'plain' | 'greenroom') => {
  bench = await startTestBench(kind);
  await bench.operator.until('ready', () =>
    bench.operator
      .messages('runtime_status')
      .some(({ state }) => state === 'ready'),
  );
};
const untilTexts = (least: number) =>
  bench.operator.until('some events', () => texts().length >= least);
const openTask = async () => {
  bench.operator.open(anOpening());
  await bench.operator.until('open', () =>
    bench.operator
      .messages('session_status')
      .find(({ state }) => state === 'open'),
  );
  bench.operator.send(taskInput());
  await bench.operator.until('inject', () =>
    bench.runtime.calls.find(({ path }) => path === '/inject'),
  );
  return bench.runtime.calls.find(({ path }) => path === '/inject')!.body
    .turn_id as string;
};

describe.each(['greenroom', 'plain'] as const)(
  'a sidecar that is killed, with a %s runtime',
  kind => {
    const event = (index: number, turn_id: string) => ({
      type: 'agent.text',
      payload: { text: `line ${index}` },
      ...(kind === 'greenroom' && {
        event_id: `e${index}`,
        session_id: SESSION_ID,
        turn_id,
      }),
    });

    it('loses and repeats nothing, twenty times in one turn', async () => {
      await start(kind);
      const turn = await openTask();
      let emitted = 0;
      const emit = (times: number) => {
        for (let index = 0; index < times; index++)
          bench.runtime.emit(event(emitted++, turn));
      };
      if (kind === 'greenroom')
        bench.runtime.emit({
          type: 'turn.started',
          event_id: 'start',
          session_id: SESSION_ID,
          turn_id: turn,
          payload: {},
        });
      for (let round = 0; round < 20; round++) {
        emit(1 + (round % 7));
        // Sometimes in the middle of what it reads, sometimes after.
        if (round % 3 === 0) await untilTexts(emitted - 2);
        await bench.restart();
        emit(round % 4);
      }
      bench.runtime.emit({
        type: 'turn.finished',
        payload: { outcome: 'completed' },
        ...(kind === 'greenroom' && {
          event_id: 'end',
          session_id: SESSION_ID,
          turn_id: turn,
        }),
      });
      await bench.operator.event(SESSION_ID, 'turn.finished');
      expect(texts()).toEqual(
        Array.from({ length: emitted }, (_, index) => `line ${index}`),
      );
      expect([
        count('turn.started'),
        count('user.message'),
        count('session.created'),
      ]).toEqual([1, 1, 1]);
      expect(count('session.resumed')).toBeGreaterThan(0);
      const epochs = bench.operator
        .events(SESSION_ID)
        .map(({ epoch }) => epoch);
      expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
    }, 60_000);

    it('delivers an input that it had taken but not delivered, once', async () => {
      await start(kind);
      bench.operator.open(anOpening());
      await bench.operator.until('open', () =>
        bench.operator
          .messages('session_status')
          .find(({ state }) => state === 'open'),
      );
      bench.runtime.onCall = ({ path }) => (path === '/inject' ? 503 : 200);
      bench.operator.send(taskInput());
      await bench.operator.event(SESSION_ID, 'user.message');
      await bench.restart();
      bench.runtime.onCall = () => undefined;
      await bench.operator.until('accepted', () =>
        bench.operator
          .messages('input_status')
          .find(({ state }) => state === 'accepted'),
      );
      expect(count('user.message')).toBe(1);
    });
  },
);

describe('a sidecar whose operator is away', () => {
  it('goes on recording and sends everything when the operator is back', async () => {
    await start('greenroom');
    const turn = await openTask();
    await bench.operator.close();
    for (let index = 0; index < 300; index++) {
      bench.runtime.emit({
        type: 'agent.text',
        event_id: `e${index}`,
        session_id: SESSION_ID,
        turn_id: turn,
        payload: { text: `line ${index}` },
      });
    }
    await bench.operator.reopen();
    await bench.operator.until('all events', () => texts().length === 300);
    expect(texts()).toEqual(
      Array.from({ length: 300 }, (_, index) => `line ${index}`),
    );
  });

  it('sends again what was never acknowledged, and the operator sees no repetition', async () => {
    await start('greenroom');
    bench.operator.acknowledges = false;
    const turn = await openTask();
    bench.runtime.emit({
      type: 'agent.text',
      event_id: 'e',
      session_id: SESSION_ID,
      turn_id: turn,
      payload: { text: 'once' },
    });
    await bench.operator.until('the text', () => texts().length === 1);
    bench.operator.acknowledges = true;
    bench.operator.disconnect();
    await bench.operator.until(
      'a new connection',
      () => bench.operator.hellos.length === 2,
    );
    bench.runtime.emit({
      type: 'agent.text',
      event_id: 'e2',
      session_id: SESSION_ID,
      turn_id: turn,
      payload: { text: 'twice' },
    });
    await bench.operator.until('both texts', () => texts().length === 2);
    expect(texts()).toEqual(['once', 'twice']);
  });

  it('asks again for what people have not answered', async () => {
    await start('greenroom');
    bench.operator.answer = () => undefined;
    const turn = await openTask();
    bench.runtime.emit({
      type: 'agent.permission_request',
      event_id: 'p',
      session_id: SESSION_ID,
      turn_id: turn,
      payload: { request_id: 'permit-1', action: 'Go' },
    });
    await bench.operator.until(
      'the call',
      () => bench.operator.messages('call').length === 1,
    );
    bench.operator.answer = () => ({ name: 'approval-1' });
    await bench.restart();
    expect(
      (await bench.operator.event(SESSION_ID, 'approval.requested')).payload,
    ).toMatchObject({ request_id: 'permit-1', approval: 'approval-1' });
    bench.operator.send({
      type: 'decision',
      session_id: SESSION_ID,
      request_id: 'permit-1',
      approval: 'approval-1',
      approved: true,
    });
    await bench.operator.until('the answer', () =>
      bench.runtime.calls.find(({ body }) => body.kind === 'answer'),
    );
  });
});

describe('a runtime', () => {
  it('whose stream breaks in the middle of a character is read on without a fault', async () => {
    await start('greenroom');
    const turn = await openTask();
    const frame = Buffer.from(
      `data: ${JSON.stringify({
        type: 'agent.text',
        event_id: 'u',
        session_id: SESSION_ID,
        turn_id: turn,
        payload: { text: 'zwölf 🚀 日本' },
      })}\n\n`,
    );
    await bench.operator.until('a reader', () => bench.runtime.isRead);
    for (const byte of frame) {
      bench.runtime.raw(Buffer.from([byte]));
      await new Promise(resolve => setImmediate(resolve));
    }
    await bench.operator.until('the text', () => texts().length === 1);
    expect(texts()).toEqual(['zwölf 🚀 日本']);
    bench.runtime.cutStream();
    bench.runtime.emit({
      type: 'agent.text',
      event_id: 'v',
      session_id: SESSION_ID,
      turn_id: turn,
      payload: { text: 'after' },
    });
    await bench.operator.until('both', () => texts().length === 2);
  });

  it('that sends nonsense is read on', async () => {
    await start('greenroom');
    const turn = await openTask();
    await bench.operator.until('a reader', () => bench.runtime.isRead);
    for (const nonsense of [
      'data: {"type":"heartbeat"}\n\n',
      'data: {oops\n\n',
      'data: 12\n\n',
      'data: {"type":7}\n\n',
      ': comment\n\n',
      'event: x\ndata:\n\n',
    ])
      bench.runtime.raw(Buffer.from(nonsense));
    bench.runtime.emit({
      type: 'user.message',
      event_id: 'f1',
      session_id: SESSION_ID,
      payload: { text: 'forged' },
    });
    bench.runtime.emit({
      type: 'approval.decided',
      event_id: 'f2',
      session_id: SESSION_ID,
      payload: { request_id: 'x', approval: 'y', approved: true },
    });
    bench.runtime.emit({
      type: 'acme.thing',
      event_id: 'c',
      session_id: SESSION_ID,
      turn_id: turn,
      payload: { n: 0.5 },
    });
    bench.runtime.emit({
      type: 'agent.text',
      event_id: 'b',
      session_id: SESSION_ID,
      turn_id: turn,
      payload: { text: 7 },
    });
    const custom = () =>
      bench.operator
        .events(SESSION_ID)
        .filter(({ type }) => type === 'agent.custom');
    await bench.operator.until('both', () => custom().length === 2);
    expect(custom()[0].payload).toEqual({
      type: 'acme.thing',
      payload: { n: '0.5' },
    });
    expect(custom()[1].payload).toMatchObject({
      type: 'agent.text',
      payload: { text: 7 },
      problem: expect.stringContaining('text'),
    });
    expect([count('user.message'), count('approval.decided')]).toEqual([1, 0]);
  });

  it('that never answers ends the session as failed with the cause', async () => {
    bench = await startTestBench('greenroom', {
      config: { runtimeDeadlineMs: 300 },
    });
    await bench.runtime.die();
    await bench.operator.until('hello', () => bench.operator.hellos.length > 0);
    bench.operator.open(anOpening());
    const failed = await bench.operator.event(SESSION_ID, 'session.failed');
    expect(failed.payload).toMatchObject({
      reason: 'RuntimeNotReady',
      message: expect.stringContaining('did not answer'),
    });
    await bench.operator.until('failed', () =>
      bench.operator
        .messages('runtime_status')
        .some(({ state }) => state === 'failed'),
    );
  });
});

describe('a runtime that starts anew', () => {
  it('gets a conversation again, with the cause of the broken turn on the record', async () => {
    await start('greenroom');
    bench.operator.open(
      anOpening({ kind: 'agent', name: 'doctor', task: undefined }),
    );
    await bench.operator.event(SESSION_ID, 'session.started');
    bench.operator.send({ ...taskInput('m1'), kind: 'message' });
    const inject = await bench.operator.until('inject', () =>
      bench.runtime.calls.find(({ path }) => path === '/inject'),
    );
    const turn_id = inject.body.turn_id as string;
    bench.runtime.emit({
      type: 'turn.started',
      event_id: 's1',
      session_id: SESSION_ID,
      turn_id,
      payload: {},
    });
    await bench.operator.event(SESSION_ID, 'turn.started');
    await bench.runtime.die();
    const finished = await bench.operator.event(SESSION_ID, 'turn.finished');
    expect(finished.payload).toMatchObject({
      outcome: 'failed',
      error: { reason: 'RuntimeDied' },
    });
    await bench.runtime.again();
    await bench.operator.until(
      'the session again',
      () =>
        bench.runtime.calls.filter(({ path }) => path === '/open').length === 2,
    );
    bench.operator.send({ ...taskInput('m2'), kind: 'message' });
    await bench.operator.until(
      'the next message',
      () =>
        bench.runtime.calls.filter(({ path }) => path === '/inject').length ===
        2,
    );
    expect(types()).not.toContain('session.failed');
    expect(count('session.resumed')).toBe(1);
  });
});

describe('a plain runtime', () => {
  it('has its turn begun at the message and ended with its session', async () => {
    await start('plain');
    await openTask();
    bench.runtime.emit([
      {
        type: 'agent.status',
        payload: { status: 'writing', detail: 'Writing it' },
      },
      { type: 'agent.text', payload: { text: 'Done.' } },
    ]);
    bench.runtime.emit({
      type: 'session.completed',
      payload: { result: 'Done.' },
    });
    await bench.operator.event(SESSION_ID, 'session.completed');
    expect(types().slice(3)).toEqual([
      'user.message',
      'turn.started',
      'agent.status',
      'agent.text',
      'turn.finished',
      'session.completed',
    ]);
    const status = bench.operator
      .events(SESSION_ID)
      .find(({ type }) => type === 'agent.status');
    expect(status?.payload).toEqual({ text: 'Writing it', state: 'writing' });
    await bench.operator.until('closed', () =>
      bench.operator
        .messages('session_status')
        .some(({ state }) => state === 'closed'),
    );
  });

  it('takes one session at a time', async () => {
    await start('plain');
    await openTask();
    const other = '0193a5b0-7c1e-7d32-9a44-5b1f0c6e2d12';
    bench.operator.open(anOpening({ session_id: other }));
    const refused = await bench.operator.until('busy', () =>
      bench.operator
        .messages('session_status')
        .find(({ session_id }) => session_id === other),
    );
    expect(refused).toMatchObject({ state: 'failed', reason: 'RuntimeBusy' });
  });
});

describe('a stop', () => {
  it('flushes everything before the process ends', async () => {
    await start('greenroom');
    const turn = await openTask();
    for (let index = 0; index < 50; index++) {
      bench.runtime.emit({
        type: 'agent.text',
        event_id: `e${index}`,
        session_id: SESSION_ID,
        turn_id: turn,
        payload: { text: `line ${index}` },
      });
    }
    await bench.operator.until('the last line on the disk', () =>
      bench.sidecar.services.sessions.get(SESSION_ID)?.seen.has('e49'),
    );
    await bench.runtime.die();
    await bench.sidecar.stop();
    expect(texts()).toHaveLength(50);
    expect(types().slice(-2)).toEqual(['turn.finished', 'session.failed']);
  });
});
