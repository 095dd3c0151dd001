import {
  Deployment,
  Service,
  resourceType,
  type ResourceType,
  Pod,
} from '@greenroom/controller-runtime';
import {
  Agent,
  AgentTemplate,
  Approval,
  labels,
  Message,
  MessageChunk,
  Session,
  Task,
} from '@greenroom/kinds';
import { TestOperator } from './testing/TestOperator';
import { testCluster, type TestCluster } from './testing/testCluster';
import { until } from './testing/until';

jest.setTimeout(60_000);

const agents = resourceType<Agent>(Agent);
const tasks = resourceType<Task>(Task);
const approvals = resourceType<Approval>(Approval);
const messages = resourceType<Message>(Message);
const sessions = resourceType<Session>(Session);

let cluster: TestCluster;
let operator: TestOperator;
let namespace: string;

beforeAll(async () => {
  cluster = await testCluster();
  operator = await TestOperator.start(cluster.access);
});
afterAll(async () => {
  await operator?.stop();
  await cluster?.stop();
});
beforeEach(async () => {
  namespace = await operator.namespace();
  operator.sidecars.behaviour = (sidecar, input) => {
    setImmediate(() => sidecar.finish(input.session_id));
  };
});

async function apply(
  type: ResourceType,
  name: string,
  spec: object,
  metadata: object = {},
): Promise<void> {
  await operator.client.create(type, {
    metadata: { name, namespace, ...metadata },
    spec,
  } as never);
}

function taskIs(name: string, phase: string): Promise<Task> {
  return until(`task ${name} is ${phase}`, () => {
    const task = operator.manager.cache.get(tasks, { namespace, name });
    return task?.status?.phase === phase && task;
  });
}

async function readyAgent(spec: object = {}, name = 'helper'): Promise<Agent> {
  await apply(Agent, name, {
    mode: 'System',
    goal: { inline: 'steps: []' },
    ...spec,
  });
  return until(`agent ${name} is ready`, () => {
    const agent = operator.manager.cache.get(agents, { namespace, name });
    return agent?.status?.ready && agent;
  });
}

describe('Agent', () => {
  it('becomes a Deployment and a Service, and says so', async () => {
    const agent = await readyAgent();
    expect(agent.status).toMatchObject({
      phase: 'Ready',
      deploymentName: 'helper',
      serviceName: 'helper',
    });
    const deployment = await operator.client.get(Deployment, {
      namespace,
      name: 'helper',
    });
    expect(deployment.metadata.ownerReferences?.[0]).toMatchObject({
      kind: 'Agent',
      blockOwnerDeletion: true,
    });
  });

  it('is not written again when nothing changed', async () => {
    const agent = await readyAgent();
    const writes: string[] = [];
    const stop = operator.client.onRequest(({ method, path }) => {
      if (
        method !== 'GET' &&
        path.includes(namespace) &&
        !path.includes('/agents/helper')
      )
        writes.push(`${method} ${path}`);
    });
    await operator.client.patch(Agent, agent.metadata, 'merge', {
      spec: { maxConcurrentTasks: 3 },
    });
    await until(
      'the generation was observed',
      () =>
        operator.manager.cache.get(agents, agent.metadata)?.status
          ?.observedGeneration === 2,
    );
    stop();
    expect(
      writes.filter(
        each => !each.includes('events') && !each.includes('/pods/'),
      ),
    ).toEqual([]);
  });

  it('never takes over an object of somebody else', async () => {
    await operator.client.create(Service, {
      metadata: { name: 'helper', namespace },
      spec: { ports: [{ port: 80 }] },
    });
    await apply(Agent, 'helper', { mode: 'System' });
    const agent = await until('the conflict is told', () => {
      const found = operator.manager.cache.get(agents, {
        namespace,
        name: 'helper',
      });
      return (
        found?.status?.conditions?.some(
          ({ type, status }) => type === 'NameConflict' && status === 'True',
        ) && found
      );
    });
    expect(agent.status?.phase).toBe('Failed');
    const service = await operator.client.get(Service, {
      namespace,
      name: 'helper',
    });
    expect(service.spec?.ports?.[0].port).toBe(80);
  });

  it('takes its settings from a template that comes later', async () => {
    await apply(Agent, 'helper', {
      mode: 'System',
      templateRef: { name: 'base' },
    });
    await until('the template is missed', () =>
      operator.manager.cache
        .get(agents, { namespace, name: 'helper' })
        ?.status?.conditions?.some(
          ({ reason }) => reason === 'TemplateNotFound',
        ),
    );
    await apply(AgentTemplate, 'base', {
      podSpec: { labels: { from: 'template' } },
    });
    await until(
      'the agent is ready',
      () =>
        operator.manager.cache.get(agents, { namespace, name: 'helper' })
          ?.status?.ready,
    );
    const deployment = await operator.client.get(Deployment, {
      namespace,
      name: 'helper',
    });
    expect(deployment.spec?.template.metadata?.labels).toMatchObject({
      from: 'template',
    });
  });

  it('is scaled to nothing while a person suspends it', async () => {
    const agent = await readyAgent();
    await operator.client.patch(Agent, agent.metadata, 'merge', {
      spec: { suspend: true },
    });
    await until(
      'the deployment is scaled',
      async () =>
        (
          await operator.client.get(Deployment, agent.metadata)
        ).spec?.replicas === 0,
    );
    await apply(Task, 'later', {
      agentRef: { name: 'helper' },
      description: 'x',
    });
    const task = await taskIs('later', 'Queued');
    expect(task.status?.queue).toMatchObject({
      reason: 'AgentSuspended',
      position: 1,
    });
    await operator.client.patch(Agent, agent.metadata, 'merge', {
      spec: { suspend: false },
    });
    await taskIs('later', 'Completed');
  });
});

describe('Task', () => {
  it('is done by a live agent, with its answer, in few requests and reconciles', async () => {
    await readyAgent();
    await apply(Task, 'inspect', {
      agentRef: { name: 'helper' },
      description: 'Look around',
    });
    const task = await taskIs('inspect', 'Completed');
    expect(task.status).toMatchObject({
      answer: 'done',
      result: { reason: 'Completed' },
      session: { title: 'Look around' },
    });
    expect(
      task.status?.conditions?.map(({ type, status }) => `${type}=${status}`),
    ).toEqual([
      'Completed=True',
      'Failed=False',
      'Queued=False',
      'Started=True',
    ]);
  });

  it('never runs more at once than the agent allows, and starts by priority', async () => {
    const order: string[] = [];
    let running = 0;
    let most = 0;
    operator.sidecars.behaviour = (sidecar, input) => {
      running++;
      most = Math.max(most, running);
      order.push(
        sidecar.openings.find(
          ({ session_id }) => session_id === input.session_id,
        )?.name ?? '',
      );
      setTimeout(() => {
        running--;
        sidecar.finish(input.session_id);
      }, 30);
    };
    await apply(Agent, 'helper', {
      mode: 'System',
      maxConcurrentTasks: 3,
      suspend: true,
    });
    const names = Array.from(
      { length: 30 },
      (_, index) => `t-${String(index).padStart(2, '0')}`,
    );
    await Promise.all(
      names.map((name, index) =>
        apply(Task, name, {
          agentRef: { name: 'helper' },
          description: name,
          priority: index >= 25 ? 10 : 0,
        }),
      ),
    );
    await until(
      'all are queued',
      () =>
        operator.manager.cache
          .list(tasks, namespace)
          .filter(({ status }) => status?.phase === 'Queued').length === 30,
    );
    await operator.client.patch(Agent, { namespace, name: 'helper' }, 'merge', {
      spec: { suspend: false },
    });
    await until('all are completed', () =>
      operator.manager.cache
        .list(tasks, namespace)
        .every(({ status }) => status?.phase === 'Completed'),
    );
    expect(most).toBe(3);
    expect(new Set(order).size).toBe(30);
    // Three are on their way at once, and may overtake each other by two places at most.
    const urgent = names.slice(25);
    expect(order.slice(0, 3).filter(name => !urgent.includes(name))).toEqual(
      [],
    );
    expect(order.slice(0, 7)).toEqual(expect.arrayContaining(urgent));
  });

  it('costs at most 8 requests and 4 reconciles, and an idle operator asks nothing', async () => {
    await readyAgent({ maxConcurrentTasks: 5 });
    const reconciles = async () => {
      const metric = await operator.metrics
        .getSingleMetric('controller_runtime_reconcile_total')
        ?.get();
      return (metric?.values ?? [])
        .filter(({ labels: of }) => of.controller === 'task')
        .reduce((sum, { value }) => sum + value, 0);
    };
    const before = await reconciles();
    let requests = 0;
    const stop = operator.client.onRequest(({ path }) => {
      if (path.includes(namespace)) requests++;
    });
    const names = Array.from({ length: 100 }, (_, index) => `t-${index}`);
    await Promise.all(
      names.map(name =>
        apply(Task, name, { agentRef: { name: 'helper' }, description: name }),
      ),
    );
    await until('all are completed', () =>
      operator.manager.cache
        .list(tasks, namespace)
        .every(({ status }) => status?.phase === 'Completed'),
    );
    await operator.events.flush();
    stop();
    // The requests that made the tasks count as well.
    expect(requests / names.length).toBeLessThanOrEqual(8);
    expect(((await reconciles()) - before) / names.length).toBeLessThanOrEqual(
      4,
    );
  });

  it('is stopped with its work, and gives its slot to the next', async () => {
    await readyAgent({ maxConcurrentTasks: 1 });
    operator.sidecars.behaviour = () => {};
    await apply(Task, 'first', {
      agentRef: { name: 'helper' },
      description: 'x',
    });
    await taskIs('first', 'Running');
    await apply(Task, 'second', {
      agentRef: { name: 'helper' },
      description: 'x',
    });
    const queued = await taskIs('second', 'Queued');
    expect(queued.status?.queue?.reason).toBe('AtCapacity');
    await operator.client.patch(Task, { namespace, name: 'first' }, 'merge', {
      metadata: { annotations: { 'greenroom.dev/stop': 'true' } },
    });
    const stopped = await taskIs('first', 'Stopped');
    expect(
      stopped.status?.conditions?.find(({ type }) => type === 'Failed'),
    ).toMatchObject({ status: 'True', reason: 'Stopped' });
    expect(
      operator.sidecars.byAgent({ namespace, name: 'helper' })?.cancels,
    ).toEqual([{ sessionId: stopped.status?.session?.id, reason: 'Stopped' }]);
    await taskIs('second', 'Running');
  });

  it('ends when its time is over', async () => {
    await readyAgent();
    operator.sidecars.behaviour = () => {};
    await apply(Task, 'long', {
      agentRef: { name: 'helper' },
      description: 'x',
      timeout: '300ms',
    });
    const task = await taskIs('long', 'TimedOut');
    expect(
      task.status?.conditions?.find(({ type }) => type === 'Failed'),
    ).toMatchObject({ reason: 'TimedOut' });
  });

  it('fails when its pod vanishes, and says so', async () => {
    await readyAgent({ maxConcurrentTasks: 1 });
    operator.sidecars.behaviour = () => {};
    await apply(Task, 'doomed', {
      agentRef: { name: 'helper' },
      description: 'x',
    });
    const running = await taskIs('doomed', 'Running');
    operator.sidecars.behaviour = (sidecar, input) => {
      setImmediate(() => sidecar.finish(input.session_id));
    };
    await operator.client.delete(Pod, {
      namespace,
      name: running.status?.podName ?? '',
    });
    const failed = await taskIs('doomed', 'Failed');
    expect(failed.status?.result).toMatchObject({ reason: 'PodLost' });
    await apply(Task, 'next', {
      agentRef: { name: 'helper' },
      description: 'x',
    });
    await taskIs('next', 'Completed');
  });

  it('waits for an agent that is created after it', async () => {
    await apply(Task, 'early', {
      agentRef: { name: 'helper' },
      description: 'x',
    });
    const pending = await taskIs('early', 'Pending');
    expect(
      pending.status?.conditions?.find(({ type }) => type === 'Started'),
    ).toMatchObject({ reason: 'AgentNotFound' });
    await readyAgent();
    await taskIs('early', 'Completed');
  });

  it('fails when what it needs does not come in time', async () => {
    await apply(Task, 'early', {
      agentRef: { name: 'nobody' },
      description: 'x',
      startDeadline: '200ms',
    });
    const task = await taskIs('early', 'Failed');
    expect(task.status?.result?.reason).toBe('AgentNotFound');
  });

  it('brings its contexts along, with the contents of ConfigMaps', async () => {
    await readyAgent();
    await apply(Task, 'with-context', {
      agentRef: { name: 'helper' },
      description: 'x',
      contexts: [{ name: 'note', type: 'Text', text: 'hello' }],
    });
    const task = await taskIs('with-context', 'Completed');
    const opening = operator.sidecars
      .byAgent({ namespace, name: 'helper' })
      ?.openings.find(
        ({ session_id }) => session_id === task.status?.session?.id,
      );
    expect(opening?.task?.contexts).toMatchObject([
      { name: 'note', text: 'hello' },
    ]);
  });

  it('runs a template in a Job of its own', async () => {
    await apply(AgentTemplate, 'base', {
      mode: 'System',
      goal: { inline: 'steps: []' },
    });
    await apply(Task, 'solo', {
      templateRef: { name: 'base' },
      description: 'x',
    });
    const task = await taskIs('solo', 'Completed');
    expect(task.status?.jobName).toMatch(/^solo-/);
    const pods = operator.manager.cache
      .informer(Pod, {
        labelSelector: 'app.kubernetes.io/managed-by=greenroom',
      })
      .list(namespace);
    expect(pods[0].metadata.labels).toMatchObject({
      [labels.task]: 'solo',
      [labels.template]: 'base',
    });
  });

  it('is removed some time after its end', async () => {
    await readyAgent();
    await apply(Task, 'short', {
      agentRef: { name: 'helper' },
      description: 'x',
      ttlSecondsAfterFinished: 0,
    });
    await until(
      'the task is gone',
      async () =>
        (await operator.client.find(tasks, { namespace, name: 'short' })) ===
        undefined,
    );
    expect(
      operator.manager.cache
        .list(tasks, namespace)
        .filter(({ status }) => status?.phase !== 'Completed'),
    ).toEqual([]);
  });
});

describe('Approval', () => {
  it('is made once for a request, and its decision reaches the agent', async () => {
    await readyAgent();
    operator.sidecars.behaviour = () => {};
    await apply(Task, 'careful', {
      agentRef: { name: 'helper' },
      description: 'x',
    });
    const task = await taskIs('careful', 'Running');
    const sidecar = operator.sidecars.byAgent({ namespace, name: 'helper' });
    if (!sidecar) throw new Error('no sidecar');
    const request = {
      session_id: task.status?.session?.id ?? '',
      request_id: 'ask-1',
      type: 'Permission' as const,
      action: 'write a branch',
    };
    const [first, second] = await Promise.all([
      operator.calls.createApproval(sidecar, request),
      operator.calls.createApproval(sidecar, request),
    ]);
    expect(second.name).toBe(first.name);
    await operator.client.patch(
      approvals,
      { namespace, name: first.name },
      'merge',
      { decision: { approved: true, reason: 'go' } },
    );
    await until(
      'the decision was delivered',
      () => sidecar.decisions.length > 0,
    );
    expect(sidecar.decisions[0]).toMatchObject({
      request_id: 'ask-1',
      approved: true,
      reason: 'go',
    });
    await until('the approval says so', () => {
      const approval = operator.manager.cache.get(approvals, {
        namespace,
        name: first.name,
      });
      return (
        approval?.status?.phase === 'Approved' && approval.status.deliveredAt
      );
    });
  });

  it('expires, and the agent is told', async () => {
    await readyAgent();
    operator.sidecars.behaviour = () => {};
    await apply(Task, 'careful', {
      agentRef: { name: 'helper' },
      description: 'x',
    });
    const task = await taskIs('careful', 'Running');
    const sidecar = operator.sidecars.byAgent({ namespace, name: 'helper' });
    if (!sidecar) throw new Error('no sidecar');
    const { name } = await operator.calls.createApproval(sidecar, {
      session_id: task.status?.session?.id ?? '',
      request_id: 'ask-2',
      type: 'Permission',
      action: 'write',
      timeout_ms: 100,
    });
    await until('the expiry was delivered', () => sidecar.decisions.length > 0);
    expect(sidecar.decisions[0]).toMatchObject({
      approved: false,
      expired: true,
    });
    await until(
      'the approval says so',
      () =>
        operator.manager.cache.get(approvals, { namespace, name })?.status
          ?.phase === 'Expired',
    );
  });
});

function messageIs(name: string, phase: string): Promise<Message> {
  return until(`message ${name} is ${phase}`, () => {
    const message = operator.manager.cache.get(messages, { namespace, name });
    return message?.status?.phase === phase && message;
  });
}

function sessionIs(name: string, phase: string): Promise<Session> {
  return until(`session ${name} is ${phase}`, () => {
    const session = operator.manager.cache.get(sessions, { namespace, name });
    return session?.status?.phase === phase && session;
  });
}

describe('Message', () => {
  it('is answered by an agent, with its stream in chunks', async () => {
    await readyAgent();
    operator.sidecars.behaviour = (sidecar, input) => {
      setImmediate(() => {
        sidecar.emit(input.session_id, 'agent.thinking', { text: 'hm' });
        sidecar.emit(input.session_id, 'agent.text', { text: 'Hello!' });
        sidecar.finish(input.session_id, { outcome: 'completed' });
      });
    };
    await apply(Message, 'hi', {
      agentRef: { name: 'helper' },
      text: 'Hello?',
      stream: true,
    });
    const message = await messageIs('hi', 'Completed');
    expect(message.status).toMatchObject({ response: 'Hello!', chunks: 1 });
    const { items } = await operator.client.list(
      resourceType<MessageChunk>(MessageChunk),
      { namespace },
    );
    expect(items.flatMap(({ spec }) => spec.entries)).toEqual([
      { sequence: 1, type: 'thinking', content: 'hm' },
      { sequence: 2, type: 'response', content: 'Hello!' },
    ]);
    expect(
      operator.sidecars.byAgent({ namespace, name: 'helper' })?.closed,
    ).toContain(message.status?.sessionID);
  });

  it('is cancelled with its work, and also while it is queued', async () => {
    await readyAgent({ maxConcurrentTasks: 1 });
    operator.sidecars.behaviour = () => {};
    await apply(Message, 'first', { agentRef: { name: 'helper' }, text: 'x' });
    const first = await messageIs('first', 'Running');
    await apply(Message, 'second', { agentRef: { name: 'helper' }, text: 'x' });
    await messageIs('second', 'Queued');
    await operator.client.patch(
      Message,
      { namespace, name: 'second' },
      'merge',
      { spec: { cancel: true } },
    );
    await messageIs('second', 'Cancelled');
    await operator.client.patch(
      Message,
      { namespace, name: 'first' },
      'merge',
      { spec: { cancel: true } },
    );
    await messageIs('first', 'Cancelled');
    const sidecar = operator.sidecars.byAgent({ namespace, name: 'helper' });
    expect(sidecar?.cancels.map(({ sessionId }) => sessionId)).toContain(
      first.status?.sessionID,
    );
    expect(sidecar?.inputs).toHaveLength(1);
  });
});

describe('Session', () => {
  it('lives inside an agent, answers its messages in order, and ends when it is cancelled', async () => {
    await readyAgent();
    await apply(Session, 'talk', {
      agentRef: { name: 'helper' },
      placement: 'Shared',
      prompt: 'Begin',
    });
    await sessionIs('talk', 'Idle');
    for (const name of ['a', 'b', 'c'])
      await apply(Message, name, { sessionRef: { name: 'talk' }, text: name });
    await Promise.all(
      ['a', 'b', 'c'].map(name => messageIs(name, 'Completed')),
    );
    const sidecar = operator.sidecars.byAgent({ namespace, name: 'helper' });
    expect(sidecar?.inputs.map(({ text }) => text)).toEqual([
      'Begin',
      'a',
      'b',
      'c',
    ]);
    await operator.client.patch(Session, { namespace, name: 'talk' }, 'merge', {
      spec: { cancel: true },
    });
    await until('the session was closed', () => sidecar?.closed.length);
    sidecar?.emit(sidecar.closed[0], 'session.cancelled', {
      reason: 'Cancelled',
    });
    const ended = await sessionIs('talk', 'Cancelled');
    expect(
      ended.status?.conditions?.find(({ type }) => type === 'Ended'),
    ).toMatchObject({ status: 'True', reason: 'Cancelled' });
  });

  it('has a pod of its own, and fails when that vanishes', async () => {
    await readyAgent();
    operator.sidecars.behaviour = () => {};
    await apply(Session, 'alone', {
      agentRef: { name: 'helper' },
      prompt: 'Begin',
    });
    const session = await sessionIs('alone', 'Active');
    expect(session.status?.jobName).toBe(
      `session-${session.status?.session?.id}`,
    );
    const running = await until(
      'the pod is named',
      () =>
        operator.manager.cache.get(sessions, { namespace, name: 'alone' })
          ?.status?.podName,
    );
    await operator.client.delete(Pod, { namespace, name: running });
    const failed = await sessionIs('alone', 'Failed');
    expect(failed.status?.result?.reason).toBe('PodLost');
  });

  it('ends with its one answer when it is not interactive', async () => {
    await readyAgent();
    await apply(Session, 'once', {
      agentRef: { name: 'helper' },
      placement: 'Shared',
      interactive: false,
      prompt: 'Begin',
    });
    const sidecar = operator.sidecars.byAgent({ namespace, name: 'helper' });
    const id = await until('the session was closed', () => sidecar?.closed[0]);
    sidecar?.emit(id ?? '', 'session.completed', {});
    const session = await sessionIs('once', 'Completed');
    expect(session.status?.answer).toBe('done');
  });
});
