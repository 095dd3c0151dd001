import type { KubernetesObject } from '@greenroom/controller-runtime';
import { Admission } from './Admission';
import type { AdmissionRequest, RequestUser } from './AdmissionReview';
import * as policyCompilers from './policyCompilers';

const NOW = new Date('2026-11-21T10:00:00Z');
const OPERATOR = 'system:serviceaccount:greenroom-system:greenroom-operator';

function anAdmission(
  known: { templates?: string[]; agents?: string[]; running?: string[] } = {},
) {
  return new Admission({
    operatorUser: OPERATOR,
    now: () => NOW,
    loadCompilers: async () => policyCompilers,
    lookup: {
      hasTemplate: async (_, name) => known.templates?.includes(name) ?? false,
      hasAgent: async (_, name) => known.agents?.includes(name) ?? false,
      runningTasks: () => known.running ?? [],
    },
  });
}

function aRequest(
  kind: string,
  spec: unknown,
  more: Partial<AdmissionRequest> = {},
): AdmissionRequest {
  const object = {
    metadata: { name: 'x', namespace: 'default' },
    spec,
  } as KubernetesObject;
  return {
    uid: 'u',
    kind: { group: 'greenroom.dev', version: 'v1alpha1', kind },
    resource: { group: 'greenroom.dev', version: 'v1alpha1', resource: '' },
    name: 'x',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'alice' },
    object,
    ...more,
  };
}

async function refusal(request: AdmissionRequest, known = {}): Promise<string> {
  const { allowed, status } = await anAdmission(known).validate(request);
  expect(allowed).toBe(false);
  return status!.message;
}

const task = { description: 'go', agentRef: { name: 'a' } };
const cron = (schedule: string, timeZone?: string) =>
  aRequest('CronTask', { schedule, timeZone, taskTemplate: { spec: task } });
const policy = (match: object) =>
  aRequest('Policy', {
    rules: [{ name: 'r', about: 'tool', action: 'Deny', match }],
  });
const contexts = (...items: object[]) =>
  aRequest('Agent', { goal: { inline: 'x' }, contexts: items });

describe('admission of objects', () => {
  it.each([
    [
      'a wrong minute',
      cron('61 * * * *'),
      'spec.schedule: Invalid value: "61 * * * *"',
    ],
    ['six fields', cron('0 0 * * * *'), 'five fields'],
    ['a day that never comes', cron('0 0 31 2 *'), 'no such time ever comes'],
    [
      'an unknown time zone',
      cron('@daily', 'Mars/Olympus'),
      'spec.timeZone: Invalid value: "Mars/Olympus"',
    ],
    [
      'CEL that does not parse',
      policy({ when: 'request.a ==' }),
      'spec.rules[0].match.when',
    ],
    [
      'CEL that names an unknown variable',
      policy({ when: 'agent.name == "a"' }),
      'there is no variable "agent"',
    ],
    [
      'CEL that calls an unknown function',
      policy({ when: 'exec(request)' }),
      'there is no function "exec"',
    ],
    [
      'CEL that reads a field there is not',
      policy({ when: 'request.amout > 1' }),
      'there is no request.amout',
    ],
    [
      'CEL that loops too deep',
      policy({ when: '[1].all(a, [1].all(b, [1].all(c, a + b + c > 0)))' }),
      'it loops 3 levels deep',
    ],
    [
      'a pattern that is not RE2',
      policy({ patterns: ['(?=a)'] }),
      'spec.rules[0].match.patterns[0]',
    ],
    [
      'a wrong quantity',
      aRequest('Agent', {
        podSpec: { resources: { limits: { memory: '1GB' } } },
      }),
      'is not a quantity',
    ],
    [
      'a wrong network',
      aRequest('Agent', {
        share: { enabled: true, allowedIPs: ['10.0.0.0/40'] },
      }),
      'from 0 to 32',
    ],
    [
      'an address that others read otherwise',
      aRequest('Agent', {
        share: { enabled: true, allowedIPs: ['010.0.0.1'] },
      }),
      'not an address',
    ],
    [
      'a path with ..',
      contexts({ name: 'a', type: 'Text', text: '', mountPath: 'a/../../b' }),
      'contains ".."',
    ],
    [
      'two contexts at one path, spelled differently',
      contexts(
        { name: 'a', type: 'Text', text: '', mountPath: 'docs/x' },
        {
          name: 'b',
          type: 'Text',
          text: '',
          mountPath: '/workspace//docs/./x/',
        },
      ),
      'contexts "a" and "b" both claim /workspace/docs/x',
    ],
    [
      'a context inside the file of another',
      contexts(
        { name: 'a', type: 'Text', text: '', mountPath: 'docs' },
        { name: 'b', type: 'Text', text: '', mountPath: 'docs/x' },
      ),
      'contexts "a" and "b"',
    ],
    [
      'an Agent without its template',
      aRequest('Agent', { templateRef: { name: 'nope' } }),
      'there is no AgentTemplate "nope" in namespace "default". Apply it first.',
    ],
  ])('refuses %s, naming the field', async (_, request, message) => {
    expect(await refusal(request)).toContain(message);
  });

  it.each([
    ['a schedule', cron('0 6 * * 1-5', 'Europe/Berlin')],
    ['a nickname', cron('@hourly')],
    [
      'CEL with macros and types',
      policy({
        when: "has(request.arguments.a) && request.arguments.b.exists(x, x.startsWith('y')) && int(request.port) > 3",
      }),
    ],
    [
      'a network',
      aRequest('Agent', {
        share: { enabled: true, allowedIPs: ['10.0.0.0/8', '2001:db8::1'] },
      }),
    ],
    [
      'a folder that others use',
      contexts(
        { name: 'a', type: 'Git', git: {}, mountPath: 'src' },
        { name: 'b', type: 'Text', text: '', mountPath: 'src/notes.md' },
      ),
    ],
  ])('admits %s', async (_, request) => {
    const { allowed } = await anAdmission({ agents: ['a'] }).validate(request);
    expect(allowed).toBe(true);
  });

  it('warns of what a Task waits for, and admits it', async () => {
    const response = await anAdmission().validate(aRequest('Task', task));
    expect(response.allowed).toBe(true);
    expect(response.warnings?.[0]).toContain('there is no Agent "a"');
  });

  it('lets an object change whose template went away, and one that is being deleted', async () => {
    const spec = { templateRef: { name: 'gone' } };
    const request = aRequest('Agent', spec, { operation: 'UPDATE' });
    request.oldObject = { ...request.object!, metadata: { name: 'x' } };
    expect((await anAdmission().validate(request)).allowed).toBe(true);
    const dying = cron('nonsense');
    dying.object!.metadata.deletionTimestamp = '2026-11-21T10:00:00Z';
    expect((await anAdmission().validate(dying)).allowed).toBe(true);
  });

  it('keeps an Agent on which Tasks run, unless it is forced', async () => {
    const deletion = (annotations?: Record<string, string>) =>
      aRequest(
        'Agent',
        {},
        {
          operation: 'DELETE',
          object: undefined,
          oldObject: { metadata: { name: 'x', annotations } },
        },
      );
    const known = { running: ['t1', 't2'] };
    expect(await refusal(deletion(), known)).toContain(
      'has 2 running Tasks (t1, t2)',
    );
    const forced = deletion({ 'greenroom.dev/force-delete': 'true' });
    expect((await anAdmission(known).validate(forced)).allowed).toBe(true);
    expect((await anAdmission().validate(deletion())).allowed).toBe(true);
  });
});

describe('admission of decisions', () => {
  const alice: RequestUser = {
    username: 'alice',
    groups: ['system:authenticated'],
  };
  const sre: RequestUser = { username: 'carol', groups: ['sre'] };
  const admin: RequestUser = { username: 'root', groups: ['system:masters'] };

  const permission = {
    type: 'Permission',
    sessionID: 's',
    action: 'write',
    tool: 'git/push',
    approvers: ['user:default/alice', 'group:default/sre'],
    requester: 'user:default/bob',
    quorum: 1,
    selfApproval: false,
    expiresAt: '2026-11-21T11:00:00Z',
  };

  function decide(
    user: RequestUser,
    decision: unknown,
    more: { spec?: object; before?: object; status?: object } = {},
  ): AdmissionRequest {
    const spec = { ...permission, ...more.spec };
    const oldObject = {
      metadata: { name: 'x' },
      spec,
      decision: more.before,
      status: { phase: 'Pending', ...more.status },
    } as KubernetesObject;
    return aRequest('Approval', spec, {
      operation: 'UPDATE',
      userInfo: user,
      oldObject,
      object: { ...oldObject, decision } as KubernetesObject,
    });
  }

  async function verdict(request: AdmissionRequest): Promise<string> {
    const { allowed, status } = await anAdmission().validate(request);
    return allowed ? 'admitted' : status!.message;
  }

  const yes = { approved: true };

  it.each([
    ['a named user', alice],
    ['a member of a named group', sre],
    ['a user whose name is an entity ref', { username: 'User:default/Alice' }],
    ['a cluster admin', admin],
  ])('may be made by %s', async (_, user) => {
    expect(await verdict(decide(user, yes))).toBe('admitted');
  });

  it.each([
    [
      'anybody else',
      { username: 'dave', groups: ['dev'] },
      {},
      'dave may not decide Approval "x". Its approvers are user:default/alice, group:default/sre.',
    ],
    [
      'a group that calls itself a user',
      { username: 'dave', groups: ['user:default/alice'] },
      {},
      'may not decide',
    ],
    [
      'a ServiceAccount of the name',
      { username: 'system:serviceaccount:default:alice' },
      {},
      'may not decide',
    ],
    [
      'who asked, also as an approver',
      { username: 'bob', groups: ['sre'] },
      {},
      'on behalf of user:default/bob',
    ],
    [
      'a cluster admin who asked',
      { ...admin, username: 'bob' },
      {},
      'on behalf of user:default/bob',
    ],
    [
      'anybody after it expired',
      alice,
      { spec: { expiresAt: '2026-11-21T09:59:59Z' } },
      'has expired at',
    ],
    [
      'anybody after it ended',
      alice,
      { status: { phase: 'Rejected' } },
      'is rejected already',
    ],
    [
      'anybody a second time',
      sre,
      { before: { approved: false, decidedBy: 'alice', decidedAt: 't' } },
      'was decided by alice already',
    ],
  ])('may not be made by %s', async (_, user, more, message) => {
    expect(await verdict(decide(user, yes, more))).toContain(message);
  });

  it('may be made by who asked where self-approval is allowed', async () => {
    const request = decide({ username: 'bob', groups: ['sre'] }, yes, {
      spec: { selfApproval: true },
    });
    expect(await verdict(request)).toBe('admitted');
  });

  it('may not be taken back, nor come with the Approval, nor change what it is about', async () => {
    const before = { approved: true, decidedBy: 'alice' };
    expect(await verdict(decide(alice, undefined, { before }))).toContain(
      'cannot be removed',
    );
    const created = decide(alice, yes);
    created.operation = 'CREATE';
    delete created.oldObject;
    expect(await verdict(created)).toContain('is made undecided');
    const changed = decide(alice, yes);
    changed.object = {
      ...changed.object!,
      spec: { ...permission, action: 'other' },
    } as KubernetesObject;
    expect(await verdict(changed)).toContain('spec cannot be changed');
  });

  it('needs different people where several must agree', async () => {
    const first = {
      approved: true,
      decidedBy: 'alice',
      decidedAt: '2026-11-21T09:00:00Z',
    };
    const votes = [{ user: 'alice', approved: true, at: first.decidedAt }];
    const more = { spec: { quorum: 2 }, before: first, status: { votes } };
    expect(await verdict(decide(sre, yes, more))).toBe('admitted');
    expect(
      await verdict(decide(alice, { approved: true, reason: 'again' }, more)),
    ).toContain('has voted on');
    const uncounted = { ...more, status: {} };
    expect(await verdict(decide(sre, yes, uncounted))).toContain(
      'decided by alice already',
    );
    const operator = { username: OPERATOR };
    expect(await verdict(decide(operator, undefined, more))).toBe('admitted');
    expect(await verdict(decide(operator, undefined, uncounted))).toContain(
      'cannot be removed',
    );
  });

  it('must fit what is asked', async () => {
    const question = {
      type: 'Question',
      question: 'Which?',
      choices: ['a', 'b'],
      tool: undefined,
    };
    const ask = (decision: object) =>
      verdict(decide(alice, decision, { spec: question }));
    expect(await ask({ answer: 'a' })).toBe('admitted');
    expect(await ask({ approved: false })).toBe('admitted');
    expect(await ask({ answer: 'c' })).toContain(
      'decision.answer: Invalid value: "c": must be one of "a", "b"',
    );
    expect(await ask({ approved: true })).toContain(
      'a Question needs an answer',
    );
    expect(await verdict(decide(alice, { answer: 'x' }))).toContain(
      'a Permission is approved or not',
    );
    expect(
      await verdict(decide(alice, { approved: false, editedArguments: {} })),
    ).toContain('decision.editedArguments');
    expect(
      await verdict(
        decide(alice, { approved: true, editedArguments: { branch: 'x' } }),
      ),
    ).toBe('admitted');
  });

  it('is stamped with the user and the time, whatever the request says', async () => {
    const forged = {
      approved: true,
      decidedBy: 'root',
      decidedAt: '1999-01-01T00:00:00Z',
    };
    const response = await anAdmission().mutate(decide(alice, forged));
    const patch = JSON.parse(Buffer.from(response.patch!, 'base64').toString());
    expect(patch).toEqual([
      {
        op: 'replace',
        path: '/decision',
        value: {
          approved: true,
          decidedBy: 'alice',
          decidedAt: '2026-11-21T10:00:00Z',
        },
      },
    ]);
    const untouched = decide(alice, forged, { before: forged });
    expect((await anAdmission().mutate(untouched)).patch).toBeUndefined();
  });
});
