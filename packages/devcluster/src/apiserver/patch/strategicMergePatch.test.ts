import { builtInType } from '../../schemas/builtInTypes';
import { strategicMergePatch } from './strategicMergePatch';

const pod = builtInType('io.k8s.api.core.v1.Pod');
const patched = (target: unknown, patch: unknown) =>
  strategicMergePatch(target, patch, pod);

describe('strategicMergePatch', () => {
  const containers = [
    { name: 'a', image: '1' },
    { name: 'b', image: '1' },
  ];

  it('merges a list by its key', () => {
    expect(
      patched(
        { spec: { containers } },
        { spec: { containers: [{ name: 'b', image: '2' }] } },
      ),
    ).toEqual({
      spec: { containers: [containers[0], { name: 'b', image: '2' }] },
    });
  });

  it('deletes an item by directive', () => {
    expect(
      patched(
        { spec: { containers } },
        { spec: { containers: [{ name: 'a', $patch: 'delete' }] } },
      ),
    ).toEqual({ spec: { containers: [containers[1]] } });
  });

  it('replaces a list by directive', () => {
    expect(
      patched(
        { spec: { containers } },
        {
          spec: {
            containers: [{ $patch: 'replace' }, { name: 'c', image: '3' }],
          },
        },
      ),
    ).toEqual({ spec: { containers: [{ name: 'c', image: '3' }] } });
  });

  it('orders a list as told', () => {
    expect(
      patched(
        { spec: { containers } },
        {
          spec: {
            '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
          },
        },
      ),
    ).toEqual({ spec: { containers: [containers[1], containers[0]] } });
  });

  it('takes values from a list of primitives', () => {
    expect(
      patched(
        { metadata: { finalizers: ['x/a', 'x/b'] } },
        { metadata: { '$deleteFromPrimitiveList/finalizers': ['x/a'] } },
      ),
    ).toEqual({ metadata: { finalizers: ['x/b'] } });
  });

  it('keeps only the named keys with $retainKeys', () => {
    expect(
      patched(
        { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
        {
          spec: {
            volumes: [
              {
                name: 'v',
                $retainKeys: ['name', 'secret'],
                secret: { secretName: 's' },
              },
            ],
          },
        },
      ),
    ).toEqual({
      spec: { volumes: [{ name: 'v', secret: { secretName: 's' } }] },
    });
  });

  it('removes a field by null', () => {
    expect(
      patched({ spec: { hostname: 'h' } }, { spec: { hostname: null } }),
    ).toEqual({ spec: {} });
  });
});
