import type { CompiledPolicy, CompiledRule } from './CompiledPolicy';
import { matchesHost } from './matchesHost';
import { matchesTool } from './matchesName';
import type {
  ApprovalDemand,
  Audit,
  DecidingRule,
  PolicyDecision,
} from './PolicyDecision';
import {
  requestFields,
  requestTarget,
  requestText,
  type PolicyRequest,
} from './PolicyRequest';

/** Larger texts are refused rather than judged in part. RE2 reads some MB a second, and the sidecar's one thread waits. */
export const LARGEST_JUDGED_BYTES = 256 * 1024;
/** Bytes that all patterns of one decision may read together: half a second or so at the worst. */
const MOST_PATTERN_BYTES = 2 * 1024 * 1024;
/** Steps of nested loops in one decision; a million take more than a second. */
const MOST_LOOP_STEPS = 250_000;

/** A rule that is about the request, or may be and cannot tell. */
interface Finding {
  policy: CompiledPolicy;
  compiled: CompiledRule;
  problem?: string;
}

/**
 * What the Policies say of a request: Deny wins, then RequireApproval, then Allow, then the default; Audit only adds a record. The
 * order of policies and rules does not matter. A rule that cannot be compiled, evaluated, or afforded denies every request that it
 * may be about.
 */
export function decidePolicy(
  request: PolicyRequest,
  policies: readonly CompiledPolicy[],
  fallback: 'Allow' | 'Deny',
): PolicyDecision {
  const target = requestTarget(request);
  const findings = findRules(request, policies);
  const withAction = (action: string) =>
    findings.filter(
      ({ compiled, problem }) =>
        problem === undefined && compiled.rule.action === action,
    );
  const audits = withAction('Audit').map(
    (finding): Audit => ({
      ...nameOf(finding),
      message: sentence(finding, `records ${target}.`),
    }),
  );
  const [denial] = findings.filter(
    ({ compiled, problem }) =>
      problem !== undefined || compiled.rule.action === 'Deny',
  );
  if (denial) {
    return {
      act: 'Deny',
      by: nameOf(denial),
      message:
        denial.problem === undefined
          ? sentence(denial, `denies ${target}.`)
          : `${titleOf(denial)} cannot be evaluated, so ${target} is denied: ${
              denial.problem
            }. Correct the Policy.`,
      audits,
    };
  }
  const demanding = withAction('RequireApproval');
  if (demanding.length > 0) {
    const demands = demanding.map(finding => demandOf(finding, target));
    const { policy, rule, message } = demands[0];
    return {
      act: 'RequireApproval',
      by: { policy, rule },
      message,
      demands,
      audits,
    };
  }
  const [allowing] = withAction('Allow');
  if (!allowing && fallback === 'Deny') {
    return {
      act: 'Deny',
      message: `No rule allows ${target}, and what no rule allows is denied here. Allow it by a Policy with a rule about ${request.about}.`,
      audits,
    };
  }
  const allowed = allowing
    ? { by: nameOf(allowing), message: sentence(allowing, `allows ${target}.`) }
    : { message: `No rule is against ${target}.` };
  return audits.length > 0
    ? { act: 'Audit', ...allowed, audits }
    : { act: 'Allow', ...allowed, audits: [] };
}

/** All rules about the request, by name, so that their order in the cluster changes nothing. */
function findRules(
  request: PolicyRequest,
  policies: readonly CompiledPolicy[],
): Finding[] {
  const candidates = policies
    .flatMap(policy => policy.rules.map(compiled => ({ policy, compiled })))
    .filter(({ compiled }) => mayBeAbout(compiled, request))
    .sort(
      (a, b) =>
        compare(a.policy.name, b.policy.name) ||
        compare(a.compiled.rule.name, b.compiled.rule.name),
    );
  const measured = measure(request, candidates);
  return candidates.flatMap((candidate): Finding[] => {
    const { compiled } = candidate;
    const needsText = compiled.patterns.length > 0 || compiled.condition;
    const problem =
      compiled.problem ?? (needsText ? measured.problem : undefined);
    if (problem !== undefined) return [{ ...candidate, problem }];
    try {
      return matches(compiled, request, measured.text) ? [candidate] : [];
    } catch (error) {
      return [{ ...candidate, problem: (error as Error).message }];
    }
  });
}

/** What needs no evaluation: the subject, and the tools and hosts. */
function mayBeAbout({ rule }: CompiledRule, request: PolicyRequest): boolean {
  if (rule.about !== request.about) return false;
  const { tools, hosts } = rule.match ?? {};
  const { tool = '', function: name = '', host = '', port } = request;
  return (
    (!tools || tools.some(pattern => matchesTool(pattern, tool, name))) &&
    (!hosts || hosts.some(pattern => matchesHost(pattern, host, port)))
  );
}

function matches(
  { patterns, condition }: CompiledRule,
  request: PolicyRequest,
  text: string,
): boolean {
  return (
    (patterns.length === 0 || patterns.some(pattern => pattern.test(text))) &&
    (!condition || condition.holds(request))
  );
}

/** The text to judge, or why that would take too long. Looks at all candidates, so that no order of rules gets by. */
function measure(
  request: PolicyRequest,
  candidates: readonly { compiled: CompiledRule }[],
): { text: string; problem?: string } {
  const patterns = candidates.reduce(
    (sum, { compiled }) => sum + compiled.patterns.length,
    0,
  );
  const conditions = candidates.flatMap(
    ({ compiled }) => compiled.condition ?? [],
  );
  if (patterns === 0 && conditions.length === 0) return { text: '' };
  let text: string;
  try {
    text = requestText(request);
  } catch (error) {
    return { text: '', problem: (error as Error).message };
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > LARGEST_JUDGED_BYTES || bytes * patterns > MOST_PATTERN_BYTES) {
    return {
      text,
      problem: `the request has ${bytes} bytes, too many for ${
        patterns || 'its'
      } ${
        patterns === 1 ? 'pattern' : 'patterns'
      } or conditions. Send less at once, or name the tools or hosts that the rule is about`,
    };
  }
  const values = countValues(requestFields(request));
  const steps = conditions.reduce(
    (sum, { loopDepth }) => sum + (loopDepth === 0 ? 0 : values ** loopDepth),
    0,
  );
  return steps > MOST_LOOP_STEPS
    ? {
        text,
        problem: `the request has ${values} values, too many for the loops in the rules' conditions. Send less at once`,
      }
    : { text };
}

function countValues(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>(
    (sum, item) => sum + countValues(item),
    1,
  );
}

function demandOf(finding: Finding, target: string): ApprovalDemand {
  const { rule, timeoutMs } = finding.compiled;
  return {
    ...nameOf(finding),
    message: sentence(finding, `wants people to agree to ${target}.`),
    ...(rule.approvers && { approvers: rule.approvers }),
    quorum: rule.quorum ?? 1,
    selfApproval: rule.selfApproval ?? false,
    timeoutMs,
    onTimeout: rule.onTimeout ?? 'Deny',
    remember: rule.remember ?? 'None',
    digest: finding.policy.digest,
  };
}

function nameOf({ policy, compiled }: Finding): DecidingRule {
  return { policy: policy.name, rule: compiled.rule.name };
}

function titleOf({ policy, compiled }: Finding): string {
  return `Rule "${compiled.rule.name}" of Policy "${policy.name}"`;
}

function sentence(finding: Finding, what: string): string {
  const { message } = finding.compiled.rule;
  return `${titleOf(finding)} ${what}${message ? ` ${message}` : ''}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
