import type { PolicyRule } from '@greenroom/protocol';
import type { PolicyRequest } from './PolicyRequest';

/** A rule's `when`, ready to be asked. */
export interface CompiledCondition {
  /** Loops inside loops; 0 without any. Bounds the work together with the size of the request. */
  loopDepth: number;
  /** @throws Error with what went wrong */
  holds(request: PolicyRequest): boolean;
}

/** A rule with everything that takes time done once. */
export interface CompiledRule {
  rule: PolicyRule;
  /** Longest wait for an approval. */
  timeoutMs: number;
  patterns: readonly { test(text: string): boolean }[];
  condition?: CompiledCondition;
  /** Why the rule cannot be used; it then denies what it may be about. */
  problem?: string;
}

/** One Policy, ready to decide. */
export interface CompiledPolicy {
  name: string;
  digest: string;
  rules: readonly CompiledRule[];
}
