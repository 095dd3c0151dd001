import type { KubernetesObject } from '../../store/KubernetesObject';
import { builtInType } from '../../schemas/builtInTypes';
import type { StructNode } from '../../schemas/TypeNode';
import { applyConfiguration } from './applyConfiguration';
import { FieldSet } from './FieldSet';
import { recordUpdate } from './recordUpdate';

const type = builtInType('io.k8s.api.apps.v1.Deployment') as StructNode;

function writer(manager: string) {
  return {
    manager,
    apiVersion: 'apps/v1',
    reset: new FieldSet(),
    time: '2026-01-01T00:00:00Z',
  };
}

function aDeployment(spec: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec,
  } as unknown as KubernetesObject;
}

const container = (name: string, image: string) => ({
  template: { spec: { containers: [{ name, image }] } },
});

describe('applyConfiguration', () => {
  it('removes what the manager no longer applies and nobody else owns', () => {
    const first = applyConfiguration(
      undefined,
      aDeployment({ replicas: 2, paused: true }),
      type,
      writer('a'),
      false,
    );
    const second = applyConfiguration(
      first,
      aDeployment({ replicas: 2 }),
      type,
      writer('a'),
      false,
    );
    expect(second.spec).toEqual({ replicas: 2 });
  });

  it('keeps what another manager applied as well', () => {
    const first = applyConfiguration(
      undefined,
      aDeployment({ replicas: 2, paused: true }),
      type,
      writer('a'),
      false,
    );
    const both = applyConfiguration(
      first,
      aDeployment({ paused: true }),
      type,
      writer('b'),
      false,
    );
    const last = applyConfiguration(
      both,
      aDeployment({ replicas: 2 }),
      type,
      writer('a'),
      false,
    );
    expect(last.spec).toEqual({ replicas: 2, paused: true });
  });

  it('merges lists by their keys', () => {
    const first = applyConfiguration(
      undefined,
      aDeployment(container('x', '1')),
      type,
      writer('a'),
      false,
    );
    const both = applyConfiguration(
      first,
      aDeployment(container('y', '2')),
      type,
      writer('b'),
      false,
    );
    expect(both.spec.template.spec.containers).toEqual([
      { name: 'x', image: '1' },
      { name: 'y', image: '2' },
    ]);
  });

  it('refuses to change what another manager owns, and names the field', () => {
    const first = applyConfiguration(
      undefined,
      aDeployment(container('x', '1')),
      type,
      writer('a'),
      false,
    );
    expect(() =>
      applyConfiguration(
        first,
        aDeployment(container('x', '2')),
        type,
        writer('b'),
        false,
      ),
    ).toThrow(
      'Apply failed with 1 conflict: conflict with "a": .spec.template.spec.containers[name="x"].image',
    );
  });

  it('takes the field over by force', () => {
    const first = applyConfiguration(
      undefined,
      aDeployment({ replicas: 1 }),
      type,
      writer('a'),
      false,
    );
    const forced = applyConfiguration(
      first,
      aDeployment({ replicas: 5 }),
      type,
      writer('b'),
      true,
    );
    expect(forced.spec.replicas).toBe(5);
    expect(
      forced.metadata.managedFields?.map(({ manager }) => manager),
    ).toEqual(['b']);
  });

  it('an update takes the fields it changes from whoever applied them', () => {
    const live = applyConfiguration(
      undefined,
      aDeployment({ replicas: 1 }),
      type,
      writer('a'),
      false,
    );
    const updated = {
      ...live,
      metadata: { ...live.metadata },
      spec: { replicas: 3 },
    };
    recordUpdate(live, updated, type, writer('editor'));
    expect(updated.metadata.managedFields).toMatchObject([
      {
        manager: 'editor',
        operation: 'Update',
        fieldsV1: { 'f:spec': { 'f:replicas': {} } },
      },
    ]);
  });
});
