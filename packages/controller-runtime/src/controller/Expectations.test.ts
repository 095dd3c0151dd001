import { Expectations } from './Expectations';

describe('Expectations', () => {
  it('holds an owner back until the cache shows all that was done for it', () => {
    const expectations = new Expectations();
    expectations.expectCreation('owner', 'default/pod-1');
    expectations.expectCreation('owner', 'default/pod-2');
    expectations.expectDeletion('owner', 'uid-3');
    expect(expectations.isSatisfied('other')).toBe(true);
    expectations.creationObserved('owner', 'default/pod-1');
    expectations.deletionObserved('owner', 'uid-3');
    expect(expectations.isSatisfied('owner')).toBe(false);
    expectations.creationObserved('owner', 'default/pod-2');
    expect(expectations.isSatisfied('owner')).toBe(true);
  });

  it('takes an event that never comes for lost', () => {
    let now = 0;
    const expectations = new Expectations({ ttlMs: 100, now: () => now });
    expectations.expectCreation('owner', 'default/pod');
    now = 100;
    expect(expectations.isSatisfied('owner')).toBe(false);
    now = 101;
    expect(expectations.isSatisfied('owner')).toBe(true);
  });
});
