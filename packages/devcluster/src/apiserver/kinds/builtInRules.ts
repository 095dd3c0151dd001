import type { KindRules } from '../resources/ServedResource';
import { coreRules } from './coreRules';
import { podRules } from './podRules';
import { rbacRules } from './rbacRules';
import { workloadRules } from './workloadRules';
import { extensionRules } from './extensionRules';

const rules: Record<string, KindRules> = {
  ...coreRules,
  'v1 Pod': podRules,
  ...rbacRules,
  ...workloadRules,
  ...extensionRules,
};

/** What is particular to a built-in kind. */
export function rulesOf(apiVersion: string, kind: string): KindRules {
  return rules[`${apiVersion} ${kind}`] ?? {};
}
