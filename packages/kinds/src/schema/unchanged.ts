import type { CelRule } from './withRules';

/** A reference that stays as it was at first. */
export const unchangedRef = (field: string, kind: string): CelRule => ({
  rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field}.name == oldSelf.${field}.name)`,
  message: `${field} cannot be changed; make a new ${kind}`,
});

/** A field that stays as it was at first. */
export const unchanged = (field: string, kind: string): CelRule => ({
  rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
  message: `${field} cannot be changed; make a new ${kind}`,
});
