import type { KubernetesObject } from '../../store/KubernetesObject';
import type { KindRules } from '../resources/ServedResource';
import {
  validateDefinition,
  validateDefinitionUpdate,
} from './validateDefinition';

/** Keeps a definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

function applyDefaults({ spec }: KubernetesObject): void {
  if (!spec) return;
  spec.scope ??= 'Namespaced';
  spec.conversion ??= { strategy: 'None' };
  spec.names ??= {};
  spec.names.singular ??= spec.names.kind?.toLowerCase();
  spec.names.listKind ??= spec.names.kind && `${spec.names.kind}List`;
}

/** What is particular to CustomResourceDefinitions. */
export const definitionRules: KindRules = {
  hasGeneration: true,
  createsOnUpdate: false,
  applyDefaults,
  prepareCreate(definition) {
    const stored = definition.spec?.versions?.find(
      (each: { storage?: boolean }) => each.storage,
    );
    definition.status = {
      conditions: [],
      acceptedNames: { plural: '', kind: '' },
      storedVersions: stored ? [stored.name] : [],
    };
  },
  prepareUpdate(definition) {
    const stored = definition.spec?.versions?.find(
      (each: { storage?: boolean }) => each.storage,
    );
    const known: string[] = definition.status?.storedVersions ?? [];
    if (stored && !known.includes(stored.name)) {
      definition.status = {
        ...definition.status,
        storedVersions: [...known, stored.name],
      };
    }
  },
  validate: validateDefinition,
  validateUpdate: validateDefinitionUpdate,
};
