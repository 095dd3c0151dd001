/** The rule that decided, by names that people know. */
export interface DecidingRule {
  policy: string;
  rule: string;
}

/** A rule that only wants a record. */
export interface Audit extends DecidingRule {
  message: string;
}

/** A rule that wants people to agree. */
export interface ApprovalDemand extends DecidingRule {
  message: string;
  approvers?: string[];
  quorum: number;
  selfApproval: boolean;
  timeoutMs: number;
  onTimeout: 'Deny' | 'Allow';
  /** For how long an approval also holds for the same request. */
  remember: 'None' | 'Session' | 'Agent';
  /** Digest of the Policy: an approval holds for this wording of it only. */
  digest: string;
}

/** What Policies say of one request. `by` is unset where the default decided; `message` is a sentence for agent and people. */
export type PolicyDecision =
  | { act: 'Allow'; by?: DecidingRule; message: string; audits: readonly [] }
  /** Allowed, and recorded for each of the audits. */
  | {
      act: 'Audit';
      by?: DecidingRule;
      message: string;
      audits: readonly Audit[];
    }
  /** Every one of the demands must be met. */
  | {
      act: 'RequireApproval';
      by: DecidingRule;
      message: string;
      demands: readonly ApprovalDemand[];
      audits: readonly Audit[];
    }
  | {
      act: 'Deny';
      by?: DecidingRule;
      message: string;
      audits: readonly Audit[];
    };
