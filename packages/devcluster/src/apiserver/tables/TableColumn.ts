import type { Json, KubernetesObject } from '../../store/KubernetesObject';

/** One column of what `kubectl get` prints. */
export interface TableColumn {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format: string;
  description: string;
  /** 0 is always shown; 1 and above only with `-o wide`. */
  priority: number;
  /** `undefined` shows as `<none>`. */
  cell(object: KubernetesObject, now: number): Json;
}
