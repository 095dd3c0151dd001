import type { AgentSettings, PolicyRule } from '@greenroom/protocol';
import * as fc from 'fast-check';
import { compilePolicy } from './compilePolicy';
import { decidePolicy } from './decidePolicy';
import type { PolicyRequest } from './PolicyRequest';

type PolicySettings = AgentSettings['policies'][number];

const aRule = (more: Partial<PolicyRule> = {}): PolicyRule => ({
  name: 'rule',
  about: 'tool',
  action: 'Deny',
  ...more,
});
const aPolicy = (
  rules: Partial<PolicyRule>[],
  name = 'policy',
): PolicySettings => ({
  name,
  digest: `sha256:${name}`,
  rules: rules.map(rule => aRule(rule)),
});
const aCall = (more: Partial<PolicyRequest> = {}): PolicyRequest => ({
  about: 'tool',
  tool: 'github',
  function: 'create_issue',
  arguments: { title: 'Hello', amount: 150 },
  ...more,
});

async function decide(
  request: PolicyRequest,
  rules: Partial<PolicyRule>[],
  fallback: 'Allow' | 'Deny' = 'Allow',
) {
  return decidePolicy(request, [await compilePolicy(aPolicy(rules))], fallback);
}

describe('what rules match', () => {
  it.each<[string, PolicyRule['match'], Partial<PolicyRequest>, boolean]>([
    ['everything, by default', undefined, {}, true],
    ['a function of a tool', { tools: ['github/create_issue'] }, {}, true],
    ['a function of any tool', { tools: ['create_*'] }, {}, true],
    ['all functions of a tool', { tools: ['github/*'] }, {}, true],
    ['another tool', { tools: ['gitlab/*'] }, {}, false],
    ['no tool by its name alone', { tools: ['github'] }, {}, false],
    ['one of several tools', { tools: ['x', '*/create_issue'] }, {}, true],
    ['keys in order', { patterns: ['^\\{"amount":150,"title"'] }, {}, true],
    ['fractions', { patterns: ['":0\\.5'] }, { arguments: { x: 0.5 } }, true],
    ['escapes', { patterns: ['rm -rf'] }, { arguments: { c: 'rm -rf' } }, true],
    ['no pattern', { patterns: ['delete', 'drop'] }, {}, false],
    ['a condition', { when: 'request.arguments.amount > 100' }, {}, true],
    ['whole numbers', { when: 'request.arguments.amount % 2 == 0' }, {}, true],
    ['a false condition', { when: 'request.tool == "x"' }, {}, false],
    [
      'everything given',
      { tools: ['github/*'], patterns: ['delete'], when: 'true' },
      {},
      false,
    ],
    [
      'an odd key',
      { when: '"__proto__" in request.arguments' },
      { arguments: JSON.parse('{"__proto__":1}') },
      true,
    ],
  ])('%s', async (_, match, more, isMatch) => {
    const { act } = await decide(aCall(more), [{ match }]);
    expect(act).toBe(isMatch ? 'Deny' : 'Allow');
  });

  it.each<[string, PolicyRule['about'], string, string, number, boolean]>([
    ['a host', 'egress', 'example.com', 'Example.COM.', 443, true],
    ['below a host', 'egress', '*.example.com', 'a.b.example.com', 443, true],
    [
      'not the host itself',
      'egress',
      '*.example.com',
      'example.com',
      80,
      false,
    ],
    ['no look-alike', 'egress', '*.example.com', 'evilexample.com', 80, false],
    ['any host', 'credential', '*', 'x', 1, true],
    ['a port', 'egress', 'x:443', 'x', 443, true],
    ['another port', 'egress', 'x:443', 'x', 80, false],
    ['an IPv6 address', 'egress', '[::1]:80', '::1', 80, true],
    ['an IPv6 address in brackets', 'egress', '[::1]', '[::1]', 80, true],
  ])('%s', async (_, about, pattern, host, port, isMatch) => {
    const request = { about, host, port };
    const rule = { about, match: { hosts: [pattern] } };
    const { act } = await decide(request, [rule]);
    expect(act).toBe(isMatch ? 'Deny' : 'Allow');
  });

  it('looks at what each subject has', async () => {
    const patterns = ['secret plan'];
    for (const request of [
      { about: 'prompt', prompt: 'Send the secret plan.' },
      { about: 'shell', command: 'cat "secret plan"' },
      { about: 'invoke', agent: 'a/b', arguments: { text: 'secret plan' } },
      { about: 'egress', host: 'x', port: 80, path: '/secret plan' },
    ] as const) {
      const rule = { about: request.about, match: { patterns } };
      expect((await decide(request, [rule])).act).toBe('Deny');
      const other = { ...rule, about: 'tool' as const };
      expect((await decide(request, [other])).act).toBe('Allow');
    }
  });
});

describe('who wins', () => {
  it('names the rule and what it says', async () => {
    expect(
      await decide(aCall(), [
        { name: 'ok', action: 'Allow' },
        { name: 'no-issues', message: 'Write to the list instead.' },
      ]),
    ).toMatchObject({
      act: 'Deny',
      by: { policy: 'policy', rule: 'no-issues' },
      message:
        'Rule "no-issues" of Policy "policy" denies github/create_issue. Write to the list instead.',
    });
  });

  it('asks for every approval that a rule wants', async () => {
    const decision = await decide(aCall(), [
      { name: 'legal', action: 'RequireApproval', approvers: ['group:legal'] },
      { name: 'ok', action: 'Allow' },
      {
        name: 'boss',
        action: 'RequireApproval',
        timeout: '30m',
        onTimeout: 'Allow',
        quorum: 2,
        remember: 'Session',
      },
    ]);
    expect(decision).toMatchObject({
      act: 'RequireApproval',
      by: { rule: 'boss' },
      demands: [
        {
          rule: 'boss',
          timeoutMs: 1_800_000,
          onTimeout: 'Allow',
          quorum: 2,
          remember: 'Session',
        },
        {
          rule: 'legal',
          approvers: ['group:legal'],
          timeoutMs: 3_600_000,
          onTimeout: 'Deny',
          quorum: 1,
        },
      ],
    });
  });

  it('records for an audit, and decides nothing by it', async () => {
    const audit = { name: 'watch', action: 'Audit' as const };
    expect(await decide(aCall(), [audit])).toMatchObject({
      act: 'Audit',
      audits: [{ rule: 'watch' }],
    });
    expect(await decide(aCall(), [audit], 'Deny')).toMatchObject({
      act: 'Deny',
      audits: [{ rule: 'watch' }],
    });
  });

  it('denies by default where the default is to deny, and says how to allow', async () => {
    const decision = await decide(aCall(), [], 'Deny');
    expect(decision).toMatchObject({ act: 'Deny' });
    expect(decision.message).toContain('Allow it by a Policy');
    expect((await decide(aCall(), [{ action: 'Allow' }], 'Deny')).act).toBe(
      'Allow',
    );
  });
});

describe('what cannot be evaluated denies', () => {
  it.each<[string, PolicyRule['match'], string]>([
    ['a broken pattern', { patterns: ['a(b'] }, 'not a regular expression'],
    ['look-behind', { patterns: ['(?<=a)b'] }, 'not a regular expression'],
    ['no CEL', { when: 'request.tool ==' }, 'not a CEL expression'],
    ['an unknown name', { when: 'user == "x"' }, 'names "user"'],
    ['an unknown field', { when: 'request.amout > 1' }, 'request.amout'],
    ['an unknown function', { when: 'fetch("x")' }, 'calls "fetch"'],
    ['a missing argument', { when: 'request.arguments.n > 1' }, 'has(…)'],
    ['a mix of types', { when: 'request.arguments.title > 1' }, 'failed'],
    ['no condition at all', { when: '1 + 1' }, 'neither true nor false'],
    [
      'deep loops',
      { when: '[1].all(a, [1].all(b, [1].all(c, a + b + c > 0)))' },
      '3 levels deep',
    ],
  ])('%s', async (_, match, words) => {
    const decision = await decide(aCall(), [{ match, action: 'Allow' }]);
    expect(decision).toMatchObject({ act: 'Deny', by: { rule: 'rule' } });
    expect(decision.message).toContain(words);
    expect(decision.message).toContain('Correct the Policy.');
  });

  it('only where the rule may be about the request', async () => {
    const match = { tools: ['gitlab/*'], when: 'nonsense(' };
    expect((await decide(aCall(), [{ match }])).act).toBe('Allow');
  });

  it('refuses to judge what is too large, quickly', async () => {
    const huge = aCall({ arguments: { text: 'a'.repeat(1_000_000) } });
    const loops = aCall({
      arguments: { list: Array.from({ length: 5_000 }, (_, i) => i) },
    });
    const many = aCall({ arguments: { text: 'a'.repeat(200_000) } });
    const evil = Array.from({ length: 64 }, () => '(a+)+b');
    const began = performance.now();
    for (const [request, match] of [
      [huge, { patterns: ['b'] }],
      [many, { patterns: evil }],
      [
        loops,
        {
          when: 'request.arguments.list.all(a, request.arguments.list.all(b, a + b >= 0))',
        },
      ],
    ] as const) {
      const decision = await decide(request, [
        { match: match as PolicyRule['match'], action: 'Allow' },
      ]);
      expect(decision).toMatchObject({ act: 'Deny' });
      expect(decision.message).toContain('too many');
    }
    expect(performance.now() - began).toBeLessThan(2_000);
    expect((await decide(huge, [{ action: 'Allow' }])).act).toBe('Allow');
  });

  it('refuses arguments that are nested too deep', async () => {
    let deep: never = 1 as never;
    for (let depth = 0; depth < 100; depth += 1) deep = [deep] as never;
    const decision = await decide(aCall({ arguments: { deep } }), [
      { action: 'Allow', match: { patterns: ['x'] } },
    ]);
    expect(decision).toMatchObject({ act: 'Deny' });
    expect(decision.message).toContain('nested deeper than 64');
  });
});

describe('whatever the rules', () => {
  const rule = fc.record({
    action: fc.constantFrom('Allow', 'Deny', 'RequireApproval', 'Audit'),
    about: fc.constantFrom('tool', 'egress'),
    match: fc.constantFrom<PolicyRule['match'][]>(
      undefined,
      { tools: ['github/*'] },
      { tools: ['other'] },
      { patterns: ['Hello'] },
      { patterns: ['(broken'] },
      { when: 'request.arguments.amount > 100' },
      { when: 'request.arguments.missing' },
    ),
  }) as fc.Arbitrary<Partial<PolicyRule>>;
  const policies = fc
    .array(fc.array(rule, { maxLength: 4 }), { maxLength: 4 })
    .map(all =>
      all.map((rules, index) =>
        aPolicy(
          rules.map((each, n) => ({ ...each, name: `r${n}` })),
          `p${index}`,
        ),
      ),
    );
  const fallback = fc.constantFrom('Allow' as const, 'Deny' as const);
  const judge = async (all: PolicySettings[], otherwise: 'Allow' | 'Deny') =>
    decidePolicy(aCall(), await Promise.all(all.map(compilePolicy)), otherwise);

  it('their order does not matter', async () => {
    await fc.assert(
      fc.asyncProperty(policies, fallback, async (all, otherwise) => {
        const turned = all
          .map(policy => ({ ...policy, rules: policy.rules.toReversed() }))
          .toReversed();
        expect(await judge(turned, otherwise)).toEqual(
          await judge(all, otherwise),
        );
      }),
    );
  });

  it('a rule that denies is never overruled', async () => {
    await fc.assert(
      fc.asyncProperty(policies, fallback, async (all, otherwise) => {
        const denying = aPolicy([{ name: 'no' }], 'denying');
        expect((await judge([...all, denying], otherwise)).act).toBe('Deny');
      }),
    );
  });

  it('another rule that allows never lifts a denial, nor a wish for approval', async () => {
    await fc.assert(
      fc.asyncProperty(policies, rule, async (all, more) => {
        const allowing = aPolicy([{ ...more, action: 'Allow' }], 'allowing');
        const before = await judge(all, 'Allow');
        const after = await judge([...all, allowing], 'Allow');
        const strictness = ['Deny', 'RequireApproval', 'Audit', 'Allow'];
        const may =
          before.act === 'Deny' || before.act === 'RequireApproval'
            ? strictness.slice(0, strictness.indexOf(before.act) + 1)
            : strictness;
        expect(may).toContain(after.act);
      }),
    );
  });

  it('without any, the default decides', async () => {
    expect((await judge([], 'Allow')).act).toBe('Allow');
    expect((await judge([], 'Deny')).act).toBe('Deny');
  });
});
