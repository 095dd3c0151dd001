import { z } from 'zod';
import { DataKey, ObjectName } from './scalars';

/** An object of a known kind in the same namespace. */
export const LocalRef = z.object({
  name: ObjectName.describe('Name of the object, in the same namespace.'),
});

/** One key of a ConfigMap in the same namespace. */
export const ConfigMapKeyRef = z.object({
  name: ObjectName.describe('Name of the ConfigMap.'),
  key: DataKey.describe('Key in the ConfigMap.'),
});

/** A Secret in the same namespace, or one key of it. */
export const SecretRef = z.object({
  name: ObjectName.describe('Name of the Secret.'),
  key: DataKey.optional().describe('Key in the Secret; without it, all keys.'),
});

/** One key of a Secret in the same namespace. */
export const SecretKeyRef = z.object({
  name: ObjectName.describe('Name of the Secret.'),
  key: DataKey.describe('Key in the Secret.'),
});
