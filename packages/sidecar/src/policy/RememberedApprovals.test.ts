import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApprovalDemand } from './PolicyDecision';
import type { PolicyRequest } from './PolicyRequest';
import { RememberedApprovals } from './RememberedApprovals';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'greenroom-remembered-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => new RememberedApprovals(join(folder, 'state', 'kept.json'));
const aDemand = (more: Partial<ApprovalDemand> = {}): ApprovalDemand => ({
  policy: 'p',
  rule: 'r',
  digest: 'sha256:1',
  message: '',
  quorum: 1,
  selfApproval: false,
  timeoutMs: 1,
  onTimeout: 'Deny',
  remember: 'Session',
  ...more,
});
const aCall = (text = 'x'): PolicyRequest => ({
  about: 'tool',
  tool: 't',
  function: 'f',
  arguments: { text, other: 1 },
});

it('holds for the same call of the session, also in the next process', async () => {
  await open().add('s1', aDemand(), aCall());
  const kept = open();
  const same = { ...aCall(), arguments: { other: 1, text: 'x' } };
  expect(await kept.holds('s1', aDemand(), same)).toBe(true);
});

it.each<[string, string, Partial<ApprovalDemand>, PolicyRequest]>([
  ['another session', 's2', {}, aCall()],
  ['other arguments', 's1', {}, aCall('y')],
  ['another rule', 's1', { rule: 'r2' }, aCall()],
  ['the rule in other words', 's1', { digest: 'sha256:2' }, aCall()],
  ['another function', 's1', {}, { ...aCall(), function: 'g' }],
  ['a rule that forgets', 's1', { remember: 'None' }, aCall()],
])('does not hold for %s', async (_, session, demand, request) => {
  const kept = open();
  await kept.add('s1', aDemand(), aCall());
  expect(await kept.holds(session, aDemand(demand), request)).toBe(false);
});

it('holds in every session where the rule says so', async () => {
  const kept = open();
  const demand = aDemand({ remember: 'Agent' });
  await kept.add('s1', demand, aCall());
  expect(await kept.holds('s2', demand, aCall())).toBe(true);
});

it('asks again when its file is torn', async () => {
  await open().add('s1', aDemand(), aCall());
  writeFileSync(join(folder, 'state', 'kept.json'), '["abc');
  expect(await open().holds('s1', aDemand(), aCall())).toBe(false);
});
