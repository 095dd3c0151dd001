/** What a reason says about its condition, and what a person does about it. */
export interface ReasonEntry {
  status: 'True' | 'False' | 'Unknown';
  /** What it means, in a sentence. */
  meaning: string;
  /** What to do; absent where nothing needs doing. */
  action?: string;
}

/** One type of condition with all the reasons it can have. */
export interface ConditionEntry {
  /** What it means when the condition is True. */
  doc: string;
  reasons: Record<string, ReasonEntry>;
}

/** All conditions of a kind, by type. */
export type ConditionCatalogue = Record<string, ConditionEntry>;

/** A condition in `status.conditions`. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  /** RFC 3339. */
  lastTransitionTime: string;
  observedGeneration?: number;
}

/** The types of condition of a kind, as literals. */
export type ConditionTypeOf<D extends { conditions: ConditionCatalogue }> =
  keyof D['conditions'] & string;

/** The reasons of one type of condition of a kind, as literals. */
export type ReasonOf<
  D extends { conditions: ConditionCatalogue },
  Type extends ConditionTypeOf<D>,
> = keyof D['conditions'][Type]['reasons'] & string;
