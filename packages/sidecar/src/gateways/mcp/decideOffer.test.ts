import * as fc from 'fast-check';
import { decideOffer } from './decideOffer';

const pins = new Map([['read', 'sha256:1']]);
const offer = (
  binding: { allow?: string[]; deny?: string[] },
  facts: { name: string; digest?: string },
  approved: ReadonlyMap<string, string> | undefined = pins,
) => decideOffer({ name: 'files', ...binding }, facts, approved, 'default');

it.each([
  [{}, { name: 'read', digest: 'sha256:1' }, undefined],
  [{}, { name: 'read', digest: 'sha256:2' }, 'Drifted'],
  [{}, { name: 'new', digest: 'sha256:1' }, 'Drifted'],
  [{}, { name: 'read' }, undefined],
  [{ allow: ['re*'] }, { name: 'read', digest: 'sha256:1' }, undefined],
  [{ allow: [] }, { name: 'read', digest: 'sha256:1' }, 'Binding'],
  [{ deny: ['*'] }, { name: 'read', digest: 'sha256:2' }, 'Binding'],
])('%j and %j: %s', (binding, facts, because) => {
  const decision = offer(binding, facts);
  expect(decision.offered ? undefined : decision.because).toBe(because);
});

it('offers what nobody approved yet, where there are no pins at all', () => {
  const facts = { name: 'new', digest: 'sha256:9' };
  expect(
    decideOffer({ name: 'files' }, facts, undefined, 'default').offered,
  ).toBe(true);
});

it('never offers what is denied, whatever is allowed', () => {
  const names = fc.constantFrom('read', 'write', 're*', '*', 'w*');
  fc.assert(
    fc.property(fc.array(names), allow => {
      const facts = { name: 'read', digest: 'sha256:1' };
      expect(offer({ allow, deny: ['read'] }, facts).offered).toBe(false);
    }),
  );
});
