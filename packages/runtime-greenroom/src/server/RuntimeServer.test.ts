import {
  readEvents,
  startTestRuntime,
  type TestRuntime,
} from '../testing/startTestRuntime';

const GOAL = 'steps: [{ name: a, run: "echo $SESSION_ID" }]';

describe('the contract stream', () => {
  let runtime: TestRuntime;

  beforeEach(async () => {
    runtime = await startTestRuntime();
  });

  afterEach(() => runtime.stop());

  const open = (id: string, goal = GOAL) =>
    runtime.post('/open', { session_id: id, mode: 'System', goal });
  const inject = (id: string, turn: string, event = turn) =>
    runtime.post('/inject', {
      session_id: id,
      turn_id: turn,
      event_id: event,
      text: 'go',
    });

  it('says what it can do', async () => {
    const response = await fetch(
      runtime.streamUrl.replace('/stream', '/health'),
    );
    expect(await response.json()).toMatchObject({
      status: 'ok',
      contract: 'greenroom/1',
      capabilities: { multiSession: true, cancel: true, permissions: true },
    });
  });

  it('does a message once, however often it is delivered', async () => {
    await open('s');
    expect(await inject('s', 't', 'e')).toMatchObject({
      status: 202,
      body: { duplicate: false },
    });
    expect(await inject('s', 't2', 'e')).toMatchObject({
      status: 202,
      body: { duplicate: true },
    });
    await runtime.end('t');
    expect(
      runtime.events.filter(each => each.type === 'turn.started'),
    ).toHaveLength(1);
  });

  it('keeps a session that is opened again', async () => {
    expect((await open('s')).body).toEqual({ state: 'opened' });
    expect((await open('s')).body).toEqual({ state: 'already open' });
  });

  it('runs sessions side by side and the turns of each in order', async () => {
    const gate = 'steps: [{ name: wait, ask: { question: "Go?" } }]';
    await open('one', gate);
    await open('two');
    await inject('one', 'a');
    await inject('one', 'b');
    const question = await runtime.event(
      each => each.type === 'agent.input_request',
    );
    await inject('two', 'c');
    expect((await runtime.end('c')).payload).toMatchObject({ answer: 'two' });
    expect(runtime.events.some(each => each.turn_id === 'b')).toBe(false);
    await runtime.post('/inject', {
      session_id: 'one',
      kind: 'answer',
      text: 'yes',
      request_id: question.payload.request_id,
    });
    expect((await runtime.end('a')).payload).toMatchObject({ answer: 'yes' });
    await runtime.event(
      each => each.turn_id === 'b' && each.type === 'turn.started',
    );
  });

  it('cancels a turn that waits without disturbing the one that runs', async () => {
    await open('s', 'steps: [{ name: wait, ask: { question: "Go?" } }]');
    await inject('s', 'a');
    await inject('s', 'b');
    await runtime.event(each => each.type === 'agent.input_request');
    await runtime.post('/cancel', {
      session_id: 's',
      turn_id: 'b',
      reason: 'Stopped',
    });
    expect(await runtime.end('b')).toMatchObject({ type: 'turn.cancelled' });
    expect(
      runtime.events.some(
        each => each.turn_id === 'a' && each.type === 'turn.cancelled',
      ),
    ).toBe(false);
  });

  it('ends the work of a session that is closed', async () => {
    await open('s', 'steps: [{ name: a, run: sleep 60 }]');
    await inject('s', 't');
    await runtime.event(each => each.type === 'agent.tool_call');
    await runtime.post('/close', { session_id: 's' });
    expect(await runtime.end('t')).toMatchObject({ type: 'turn.cancelled' });
    expect((await inject('s', 'u')).status).toBe(404);
  });

  it('replays to a reader what it missed, and all to one that is new', async () => {
    await open('s');
    await inject('s', 't');
    await runtime.end('t');
    const durable = runtime.events.filter(
      each => !each.type.startsWith('delta.'),
    );
    const ids: (string | undefined)[] = [];
    const all: string[] = [];
    const first = readEvents(runtime.streamUrl, (event, id) => {
      all.push(event.event_id);
      ids.push(id);
    });
    await first.open;
    first.stop();
    expect(all).toEqual(durable.map(each => each.event_id));
    const missed: string[] = [];
    const second = readEvents(
      runtime.streamUrl,
      event => missed.push(event.event_id),
      ids[1],
    );
    await second.open;
    second.stop();
    expect(missed).toEqual(all.slice(2));
  });

  it.each([
    [
      '/inject',
      { session_id: 'nobody', text: 'x' },
      404,
      'Session "nobody" is not open',
    ],
    ['/inject', { session_id: 's', text: 7 }, 400, 'field "text" is wrong'],
    [
      '/inject',
      { text: 'x', kind: 'answer', request_id: 'r', session_id: 's' },
      409,
      'Nothing waits for an answer',
    ],
    ['/open', {}, 400, 'field "session_id" is wrong'],
    ['/cancel', { session_id: 'nobody' }, 404, 'is not open'],
  ])(
    'refuses a bad POST %s with a sentence',
    async (path, body, status, sentence) => {
      await open('s');
      const answer = await runtime.post(path, body);
      expect(answer.status).toBe(status);
      expect(answer.body.error).toContain(sentence);
    },
  );
});
