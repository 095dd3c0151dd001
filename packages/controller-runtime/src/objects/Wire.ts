import type { KubernetesObject } from './KubernetesObject';

/** A generated client type as it really is on the wire, where every time is a string. */
export type Wire<T> = T extends Date
  ? string
  : T extends (infer Item)[]
  ? Wire<Item>[]
  : T extends object
  ? { [Key in keyof T]: Wire<T[Key]> }
  : T;

/** A built-in kind's object as it is on the wire. */
export type BuiltIn<T> = Omit<Wire<T>, 'apiVersion' | 'kind' | 'metadata'> &
  KubernetesObject;
