import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
const types = () => bench.operator.events(SESSION_ID).map(({ type }) => type);
const start = async (kind: 'plain' | 'greenroom', options = {}) => {
  bench = await startTestBench(kind, options);
  await bench.operator.until('hello', () =>
    bench.operator
      .messages('runtime_status')
      .some(({ state }) => state === 'ready'),
  );
};
/** A runtime of greenroom/1 that works on a task as told. */
const works = (
  work: (turn: { session_id: string; turn_id: string }) => void,
) => {
  bench.runtime.onCall = ({ path, body }) => {
    if (path === '/inject' && body.kind !== 'answer')
      setImmediate(() =>
        work({ session_id: body.session_id, turn_id: body.turn_id }),
      );
  };
};

describe('a task on a runtime of greenroom/1', () => {
  it('is opened, worked on and finished, with every event on the record in order', async () => {
    await start('greenroom');
    works(turn => {
      bench.runtime.emit({
        type: 'turn.started',
        event_id: 'e1',
        ...turn,
        payload: {},
      });
      bench.runtime.emit({
        type: 'agent.text',
        event_id: 'e2',
        ...turn,
        payload: { text: 'Seven findings.' },
      });
      bench.runtime.emit({
        type: 'turn.finished',
        event_id: 'e3',
        ...turn,
        payload: { outcome: 'completed', answer: 'Seven findings.' },
      });
    });
    bench.operator.open(anOpening());
    await bench.operator.until('open', () =>
      bench.operator
        .messages('session_status')
        .find(({ state }) => state === 'open'),
    );
    bench.operator.send(taskInput());
    await bench.operator.event(SESSION_ID, 'turn.finished');
    expect(types()).toEqual([
      'session.created',
      'session.started',
      'task.started',
      'user.message',
      'turn.started',
      'agent.text',
      'turn.finished',
    ]);
    expect(bench.operator.messages('input_status')).toMatchObject([
      { id: 'task-1', state: 'accepted' },
    ]);
    const folder = join(bench.config.workspaceDir, '.greenroom/tasks/inspect');
    expect(readFileSync(join(folder, 'task.md'), 'utf8')).toBe('Inspect it.');
    const open = bench.runtime.calls.find(({ path }) => path === '/open');
    expect(open?.body).toMatchObject({
      session_id: SESSION_ID,
      task: { name: 'inspect', dir: folder },
      mcp: [{ name: 'greenroom', path: '/mcp' }],
    });
    bench.operator.send({
      type: 'close_session',
      session_id: SESSION_ID,
      reason: 'Completed',
    });
    await bench.operator.event(SESSION_ID, 'session.completed');
    await bench.operator.until('closed', () =>
      bench.operator
        .messages('session_status')
        .find(({ state }) => state === 'closed'),
    );
  });

  it('prepares the task before an input that comes with its opening', async () => {
    await start('greenroom');
    bench.operator.open(anOpening());
    bench.operator.send(taskInput());
    await bench.operator.event(SESSION_ID, 'user.message');
    expect(types()).toEqual([
      'session.created',
      'session.started',
      'task.started',
      'user.message',
    ]);
  });

  it('takes the same input once however often it is sent', async () => {
    await start('greenroom');
    bench.operator.open(anOpening());
    for (let index = 0; index < 3; index++) bench.operator.send(taskInput());
    await bench.operator.until('status', () =>
      bench.operator
        .messages('input_status')
        .some(({ state }) => state === 'accepted'),
    );
    bench.operator.send(taskInput());
    await bench.operator.until('duplicate', () =>
      bench.operator
        .messages('input_status')
        .some(({ state }) => state === 'duplicate'),
    );
    expect(
      bench.runtime.calls.filter(({ path }) => path === '/inject'),
    ).toHaveLength(1);
    expect(types().filter(type => type === 'user.message')).toHaveLength(1);
  });

  it('asks people for leave and brings their answer to the runtime', async () => {
    await start('greenroom');
    works(turn => {
      bench.runtime.emit({
        type: 'turn.started',
        event_id: 'e1',
        ...turn,
        payload: {},
      });
      bench.runtime.emit({
        type: 'agent.permission_request',
        event_id: 'e2',
        ...turn,
        payload: {
          request_id: 'permit-1',
          action: 'Write a branch',
          reason: 'fixes',
        },
      });
    });
    bench.operator.open(anOpening());
    bench.operator.send(taskInput());
    const requested = await bench.operator.event(
      SESSION_ID,
      'approval.requested',
    );
    expect(requested.payload).toMatchObject({
      request_id: 'permit-1',
      approval: 'approval-permit-1',
      type: 'Permission',
      action: 'Write a branch',
    });
    bench.operator.send({
      type: 'decision',
      request_id: 'permit-1',
      session_id: SESSION_ID,
      approval: 'approval-permit-1',
      approved: false,
      reason: 'not today',
      decided_by: 'jane',
    });
    await bench.operator.event(SESSION_ID, 'approval.decided');
    const answer = bench.runtime.calls.find(
      ({ body }) => body.kind === 'answer',
    );
    expect(answer?.body).toMatchObject({
      request_id: 'permit-1',
      decision: { approved: false, reason: 'not today', decided_by: 'jane' },
    });
  });

  it('reaches the runtime with a cancel within a second and records the end even if the runtime says nothing', async () => {
    await start('greenroom');
    works(turn =>
      bench.runtime.emit({
        type: 'turn.started',
        event_id: 'e1',
        ...turn,
        payload: {},
      }),
    );
    bench.operator.open(anOpening());
    bench.operator.send(taskInput());
    const started = await bench.operator.event(SESSION_ID, 'turn.started');
    const before = Date.now();
    bench.operator.send({
      type: 'cancel',
      session_id: SESSION_ID,
      reason: 'Stopped',
    });
    await bench.operator.until('cancel', () =>
      bench.runtime.calls.find(({ path }) => path === '/cancel'),
    );
    expect(Date.now() - before).toBeLessThan(1_000);
    bench.runtime.emit({
      type: 'turn.cancelled',
      event_id: 'e2',
      session_id: SESSION_ID,
      turn_id: started.turn_id,
      payload: { reason: 'Stopped' },
    });
    expect(
      (await bench.operator.event(SESSION_ID, 'turn.cancelled')).payload,
    ).toMatchObject({ reason: 'Stopped' });
  });

  it('fails with the cause and the last output when the runtime dies in its turn', async () => {
    await start('greenroom');
    works(turn => {
      bench.runtime.emit({
        type: 'turn.started',
        event_id: 'e1',
        ...turn,
        payload: {},
      });
      bench.runtime.emit({
        type: 'agent.text',
        event_id: 'e2',
        ...turn,
        payload: { text: 'about to fall' },
      });
    });
    bench.operator.open(anOpening());
    bench.operator.send(taskInput());
    await bench.operator.event(SESSION_ID, 'agent.text');
    await bench.runtime.die();
    const failed = await bench.operator.event(SESSION_ID, 'session.failed');
    expect(failed.payload).toMatchObject({
      reason: 'RuntimeDied',
      message: expect.stringContaining('about to fall'),
    });
    expect(types()).toContain('turn.finished');
  });
});
