import type { KubernetesObject } from '@greenroom/controller-runtime';
import { decideGarbage, type OwnerLink } from './decideGarbage';

const owner = (state: OwnerLink['owner'], uid: string = state): OwnerLink => ({
  owner: state,
  reference: { apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid },
});
const anObject = (
  metadata: KubernetesObject['metadata'] = {},
): KubernetesObject => ({ metadata: { name: 'o', uid: 'o', ...metadata } });
const dependent = (blockOwnerDeletion: boolean): KubernetesObject =>
  anObject({
    uid: 'd',
    ownerReferences: [
      { apiVersion: 'v1', kind: 'X', name: 'o', uid: 'o', blockOwnerDeletion },
    ],
  });
const deletionTimestamp = '2026-01-01T00:00:00Z';

describe('decideGarbage', () => {
  it.each([
    ['without owners', []],
    ['while its owner is there', [owner('present')]],
    ['while nobody knows whether its owner is there', [owner('unknown')]],
  ])('an object stays %s', (_, owners) => {
    expect(
      decideGarbage({ object: anObject(), owners, dependents: [] }),
    ).toEqual({ act: 'none' });
  });

  it('an object goes when all its owners are gone', () => {
    const owners = [owner('absent', 'a'), owner('absent', 'b')];
    expect(
      decideGarbage({ object: anObject(), owners, dependents: [] }),
    ).toEqual({ act: 'delete', policy: 'Background' });
  });

  it('an object that still has an owner only forgets the others', () => {
    const present = owner('present');
    const owners = [owner('absent'), present, owner('waiting')];
    expect(
      decideGarbage({ object: anObject(), owners, dependents: [] }),
    ).toEqual({ act: 'forget', keep: [present.reference] });
  });

  it('a deletion in the foreground goes down the whole tree', () => {
    const owners = [owner('waiting')];
    expect(
      decideGarbage({
        object: anObject(),
        owners,
        dependents: [dependent(true)],
      }),
    ).toEqual({ act: 'delete', policy: 'Foreground' });
    expect(
      decideGarbage({ object: anObject(), owners, dependents: [] }),
    ).toEqual({ act: 'delete', policy: 'Background' });
  });

  it('an owner deleted in the foreground waits for the dependents that block it', () => {
    const object = anObject({
      deletionTimestamp,
      finalizers: ['foregroundDeletion'],
    });
    const blocking = dependent(true);
    expect(
      decideGarbage({
        object,
        owners: [],
        dependents: [blocking, dependent(false)],
      }),
    ).toEqual({ act: 'collect', dependents: [blocking] });
    expect(
      decideGarbage({ object, owners: [], dependents: [dependent(false)] }),
    ).toEqual({ act: 'release' });
  });

  it('an owner that leaves orphans lets them go first', () => {
    const object = anObject({ deletionTimestamp, finalizers: ['orphan'] });
    expect(
      decideGarbage({ object, owners: [], dependents: [dependent(true)] }),
    ).toEqual({ act: 'orphan' });
  });

  it('an object that is being deleted otherwise is left to whoever keeps it', () => {
    const object = anObject({ deletionTimestamp, finalizers: ['x/y'] });
    expect(
      decideGarbage({ object, owners: [owner('absent')], dependents: [] }),
    ).toEqual({ act: 'none' });
  });
});
