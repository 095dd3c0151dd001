/**
 * Fields of `request` that a Policy rule's `when` may read: admission refuses others, and the sidecar gives all of these, empty
 * where the subject has none.
 */
export const POLICY_REQUEST_FIELDS: readonly string[] = [
  'about',
  'tool',
  'function',
  'arguments',
  'host',
  'port',
  'method',
  'path',
  'credential',
  'prompt',
  'model',
  'command',
  'agent',
];

/** Loops inside loops that a `when` may have: each level multiplies its work by the size of the request. */
export const DEEPEST_POLICY_LOOPS = 2;
