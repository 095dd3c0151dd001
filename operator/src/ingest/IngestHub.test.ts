import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { BudgetLedger } from '../budget/BudgetLedger';
import { protocolChainRules } from '../journal/chainRules';
import { Journal } from '../journal/Journal';
import type { JournalEntry } from '../journal/entryCodec';
import { aSession, type TestSession } from '../testing/aSession';
import { aSidecar, type TestSidecar } from '../testing/aSidecar';
import { temporaryDirectory } from '../testing/temporaryDirectory';
import { IngestHub } from './IngestHub';
import type { VerifiedPod } from './SidecarLink';

const root = temporaryDirectory();
const newFolder = () => mkdtempSync(join(root, 'journal-'));
const log = pino({ level: 'silent' });

async function aHub() {
  const journal = await Journal.open({
    directory: newFolder(),
    rules: protocolChainRules(),
    log,
  });
  const hub = new IngestHub({
    journal,
    ledger: new BudgetLedger(),
    log,
    clusterUid: 'cluster',
  });
  const settings = {
    digest: 'settings-1',
    budget: { tokens: 100, window: 'Day', on_exceeded: 'Stop' },
  };
  hub.answerWith({
    settings: async () => settings as never,
    createApproval: async (_, request) => ({
      name: `approval-${request.request_id}`,
    }),
    notify: async () => ({ name: 'notification' }),
    listAgents: async () => ({ agents: [] }),
  });
  return { hub, journal };
}

function aPod(more: Partial<VerifiedPod> = {}): VerifiedPod {
  return {
    namespace: 'default',
    name: 'pod-a',
    uid: 'uid-a',
    agent: 'repo-doctor',
    labels: {},
    ...more,
  };
}

function opening(session: TestSession) {
  const { session_id, kind, namespace, name, genesis } = session.meta;
  return { session_id, kind, namespace, name, genesis, interactive: false };
}

async function opened(
  hub: IngestHub,
  sidecar: TestSidecar,
  session = aSession({ epoch: sidecar.epoch }),
) {
  const link = hub.byPod(sidecar.pod.uid)!;
  const outcome = link.openSession(opening(session));
  await sidecar.received('open_session');
  sidecar.say({
    type: 'session_status',
    session_id: session.id,
    state: 'open',
  });
  expect((await outcome).state).toBe('open');
  return session;
}

function appending(session: TestSession, entries: JournalEntry[]) {
  return {
    type: 'append' as const,
    session_id: session.id,
    epoch: entries[0].epoch,
    entries: entries.map(({ seq, body, salt, hash }) => ({
      seq,
      body: body.toString('utf8'),
      salt: salt.toString('base64'),
      hash: hash.toString('hex'),
    })),
  };
}

describe('IngestHub', () => {
  it('acknowledges entries when they are durable, and tells of the session', async () => {
    const { hub, journal } = await aHub();
    const sidecar = await aSidecar(hub, aPod());
    const session = await opened(hub, sidecar);
    const told: string[] = [];
    hub.on('session', id => told.push(id));
    sidecar.say(appending(session, [session.next(), session.next()]));
    const ack = await sidecar.received('ack');
    expect(ack).toMatchObject({ session_id: session.id, seq: 2 });
    expect(journal.head(session.id)?.seq).toBe(2);
    expect(told).toEqual([session.id]);
    await journal.close();
  });

  it('lets a sidecar that is back go on where the journal stands, in a higher epoch', async () => {
    const { hub, journal } = await aHub();
    const first = await aSidecar(hub, aPod());
    const session = await opened(hub, first);
    const entries = [session.next(), session.next(), session.next()];
    first.say(appending(session, entries.slice(0, 2)));
    await first.received('ack');
    first.connection.lost();
    const second = await aSidecar(hub, aPod(), [session.id]);
    expect(second.epoch).toBeGreaterThan(first.epoch);
    expect(second.welcome.sessions).toEqual([
      {
        session_id: session.id,
        epoch: second.epoch,
        seq: 2,
        hash: entries[1].hash.toString('hex'),
      },
    ]);
    // Made in the old epoch, sent in the new one.
    const late = appending(session, entries.slice(1));
    second.say({ ...late, epoch: second.epoch });
    expect(await second.received('ack')).toMatchObject({ seq: 3 });
    await journal.close();
  });

  it('ignores entries that are sent before the welcome', async () => {
    const { hub, journal } = await aHub();
    const first = await aSidecar(hub, aPod());
    const session = await opened(hub, first);
    const entries = [session.next(), session.next()];
    first.connection.lost();
    const second = await aSidecar(hub, aPod(), [session.id], true, {}, () => [
      appending(session, entries.slice(1)),
    ]);
    expect(second.closed).toBeUndefined();
    second.say(appending(session, entries));
    expect(await second.received('ack')).toMatchObject({ seq: 2 });
    await journal.close();
  });

  it('fences the older of two connections of one pod', async () => {
    const { hub, journal } = await aHub();
    const first = await aSidecar(hub, aPod());
    const session = await opened(hub, first);
    const second = await aSidecar(hub, aPod(), [session.id]);
    expect(await first.received('fenced')).toBeDefined();
    expect(first.closed).toMatchObject({ code: 4409 });
    first.say(appending(session, [session.next()]));
    expect(journal.head(session.id)?.seq).toBe(0);
    expect(hub.byPod('uid-a')).toBe(second.connection);
    expect(hub.bySession(session.id)).toBe(second.connection);
    await journal.close();
  });

  it('does not let a pod near the sessions of another agent, or of another pod', async () => {
    const { hub, journal } = await aHub();
    const owner = await aSidecar(hub, aPod());
    const session = await opened(hub, owner);
    const stranger = aPod({ uid: 'uid-b', name: 'pod-b', agent: 'other' });
    const claimed = await aSidecar(hub, stranger, [session.id], false);
    expect(claimed.closed?.reason).toContain('belongs to agent');
    const other = await aSidecar(hub, stranger);
    other.say(appending(session, [session.next()]));
    expect(other.closed?.code).toBe(4409);
    const unknown = aSession();
    const third = await aSidecar(hub, stranger);
    third.say(appending(unknown, [unknown.next()]));
    expect(await third.received('close_session')).toMatchObject({
      session_id: unknown.id,
    });
    expect(third.closed).toBeUndefined();
    expect(journal.head(session.id)?.seq).toBe(0);
    const dedicated = await aSidecar(
      hub,
      aPod({ uid: 'uid-c', name: 'pod-c', sessionId: aSession().id }),
      [session.id],
      false,
    );
    expect(dedicated.closed?.reason).toContain('was made for session');
    await journal.close();
  });

  it('has a sidecar that lost its log go on where the journal stands', async () => {
    const { hub, journal } = await aHub();
    const first = await aSidecar(hub, aPod());
    const session = await opened(hub, first);
    first.say(appending(session, [session.next()]));
    await first.received('ack');
    first.connection.lost();
    const empty = await aSidecar(hub, aPod());
    const attempt = hub.byPod('uid-a')!.openSession(opening(session));
    await expect(attempt).rejects.toMatchObject({ name: 'LinkClosedError' });
    expect(empty.closed).toMatchObject({ code: 1013 });
    const back = await aSidecar(hub, aPod());
    expect(back.welcome.sessions).toMatchObject([
      { session_id: session.id, seq: 1 },
    ]);
    await opened(hub, back, session);
    await journal.close();
  });

  it('closes on altered bytes and keeps none of them', async () => {
    const { hub, journal } = await aHub();
    const sidecar = await aSidecar(hub, aPod());
    const session = await opened(hub, sidecar);
    const good = session.next();
    const altered = { ...session.next(), body: Buffer.from('{"v":1}') };
    sidecar.say(appending(session, [good, altered]));
    await sidecar.ended();
    expect(sidecar.closed).toMatchObject({ code: 1008 });
    expect(sidecar.closed?.reason).toContain('ChainMismatch');
    expect(journal.head(session.id)?.seq).toBe(0);
    await journal.close();
  });

  it.each([
    ['no JSON', '{', 'JSON'],
    ['an unknown type', '{"type":"root"}', 'type'],
    ['a wrong field', '{"type":"append","session_id":"x"}', 'session_id'],
    ['a second hello', 'HELLO', 'once'],
  ])('closes on %s and says why', async (_, text, reason) => {
    const { hub, journal } = await aHub();
    const sidecar = await aSidecar(hub, aPod());
    if (text === 'HELLO') sidecar.say(sidecar.hello([]));
    else sidecar.connection.receive(text);
    expect(sidecar.closed).toMatchObject({ code: 1008 });
    expect(sidecar.closed?.reason).toContain(reason);
    expect(hub.byPod('uid-a')).toBeUndefined();
    await journal.close();
  });

  it('refuses a sidecar that says it is another pod than its token names', async () => {
    const { hub, journal } = await aHub();
    const sidecar = await aSidecar(hub, aPod(), [], false, {
      pod: { namespace: 'default', name: 'pod-a', uid: 'other' },
    });
    expect(sidecar.closed).toMatchObject({ code: 4403 });
    await journal.close();
  });

  it('answers calls for sessions that the link holds only, and refuses wrong parameters', async () => {
    const { hub, journal } = await aHub();
    const sidecar = await aSidecar(hub, aPod());
    const session = await opened(hub, sidecar);
    const call = async (id: string, method: string, params: object) => {
      sidecar.say({ type: 'call', id, method, params } as never);
      return sidecar.received('reply', reply => reply.id === id);
    };
    const request = {
      session_id: session.id,
      request_id: 'r1',
      type: 'Permission',
      action: 'write',
    };
    expect(await call('1', 'create_approval', request)).toMatchObject({
      result: { name: 'approval-r1' },
    });
    const foreign = { ...request, session_id: aSession().id };
    expect(await call('2', 'create_approval', foreign)).toMatchObject({
      error: { code: 'Forbidden' },
    });
    const reply = await call('3', 'create_approval', { ...request, type: 'X' });
    expect(reply.error).toBeDefined();
    const reserve = {
      session_id: session.id,
      request_id: 'm1',
      model: 'fast',
      tokens: 80,
    };
    expect(await call('4', 'reserve', reserve)).toMatchObject({
      result: { granted: true },
    });
    expect(
      await call('5', 'reserve', { ...reserve, request_id: 'm2' }),
    ).toMatchObject({ result: { granted: false, reason: 'BudgetExhausted' } });
    await journal.close();
  });

  it('rejects what waits for an answer when the sidecar is gone', async () => {
    const { hub, journal } = await aHub();
    const sidecar = await aSidecar(hub, aPod());
    const session = await opened(hub, sidecar);
    const answer = hub.byPod('uid-a')!.send({
      id: 'input-1',
      session_id: session.id,
      kind: 'task',
      text: 'go',
      actor: { type: 'user', id: 'alice' },
    });
    sidecar.connection.lost();
    await expect(answer).rejects.toMatchObject({ name: 'LinkClosedError' });
    await journal.close();
  });

  it('welcomes nobody before the controllers answer', async () => {
    const journal = await Journal.open({
      directory: newFolder(),
      rules: protocolChainRules(),
      log,
    });
    const ledger = new BudgetLedger();
    const hub = new IngestHub({ journal, ledger, log, clusterUid: 'c' });
    const sidecar = await aSidecar(hub, aPod(), [], false);
    expect(sidecar.closed).toMatchObject({ code: 1013 });
    await journal.close();
  });
});
