import { Agent } from '../kinds/Agent';
import { CronTask } from '../kinds/CronTask';
import { Policy } from '../kinds/Policy';
import { Tenant } from '../kinds/Tenant';
import { checkQuantities } from './checkQuantities';
import { fieldsMeaning } from './fieldsMeaning';

describe('fieldsMeaning', () => {
  it('finds quantities in objects, lists and maps', () => {
    const agent = {
      spec: {
        persistence: { workspace: { size: '10Gi' } },
        podSpec: {
          resources: { limits: { memory: '1Gi', cpu: 2 } },
          extraVolumes: [
            { name: 'a' },
            { name: 'b', emptyDir: { sizeLimit: '5Mi' } },
          ],
        },
      },
    };
    expect(fieldsMeaning(Agent, agent, 'quantity')).toEqual([
      { path: 'spec.persistence.workspace.size', value: '10Gi' },
      { path: 'spec.podSpec.resources.limits.memory', value: '1Gi' },
      { path: 'spec.podSpec.resources.limits.cpu', value: 2 },
      { path: 'spec.podSpec.extraVolumes[1].emptyDir.sizeLimit', value: '5Mi' },
    ]);
  });

  it('finds addresses, schedules, time zones, patterns and conditions', () => {
    expect(
      fieldsMeaning(
        Agent,
        { spec: { share: { allowedIPs: ['10.0.0.0/8'] } } },
        'cidr',
      ),
    ).toEqual([{ path: 'spec.share.allowedIPs[0]', value: '10.0.0.0/8' }]);
    const cronTask = { spec: { schedule: '@daily', timeZone: 'UTC' } };
    expect(fieldsMeaning(CronTask, cronTask, 'schedule')).toEqual([
      { path: 'spec.schedule', value: '@daily' },
    ]);
    expect(fieldsMeaning(CronTask, cronTask, 'timeZone')).toEqual([
      { path: 'spec.timeZone', value: 'UTC' },
    ]);
    const policy = {
      spec: { rules: [{ match: { patterns: ['a+'], when: 'true' } }] },
    };
    expect(fieldsMeaning(Policy, policy, 'regex')).toEqual([
      { path: 'spec.rules[0].match.patterns[0]', value: 'a+' },
    ]);
    expect(fieldsMeaning(Policy, policy, 'cel')).toEqual([
      { path: 'spec.rules[0].match.when', value: 'true' },
    ]);
  });

  it('passes over what is not there, and what the kind does not know', () => {
    expect(
      fieldsMeaning(Agent, { spec: null, other: { size: '1' } }, 'quantity'),
    ).toEqual([]);
    expect(fieldsMeaning(Agent, undefined, 'quantity')).toEqual([]);
  });
});

describe('checkQuantities', () => {
  it('names each quantity that is none', () => {
    expect(
      checkQuantities(Tenant, {
        spec: { quota: { cpu: 'much', pods: 3, memory: '-1Gi' } },
      }),
    ).toEqual([
      {
        path: 'spec.quota.cpu',
        message: expect.stringContaining('"much" is not a quantity'),
      },
      {
        path: 'spec.quota.memory',
        message: 'Invalid value: "-1Gi": must not be negative',
      },
    ]);
  });
});
