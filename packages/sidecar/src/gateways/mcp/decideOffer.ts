import type { ToolSettings } from '@greenroom/protocol';
import { matchesName } from '../../policy/matchesName';

/** What the agent's binding of a Tool says of one of its functions. */
export type OfferDecision =
  | { offered: true }
  | { offered: false; because: 'Binding' | 'Drifted'; message: string };

/** What is known of a function's definition. */
export interface FunctionFacts {
  name: string;
  /** Digest of the definition that the server gives now; unset when only the name is known. */
  digest?: string;
}

/** Whether the binding's lists let the agent call a function. `deny` wins over `allow`. */
export function decideListed(
  binding: Pick<ToolSettings, 'name' | 'allow' | 'deny'>,
  name: string,
): OfferDecision {
  const isIn = (patterns: readonly string[]) =>
    patterns.some(pattern => matchesName(pattern, name));
  if (binding.deny && isIn(binding.deny)) {
    return refused(
      'Binding',
      `The agent may not call "${name}" of Tool "${binding.name}": the Agent's spec.tools denies it. Go on without it.`,
    );
  }
  if (binding.allow && !isIn(binding.allow)) {
    return refused(
      'Binding',
      `The agent may not call "${name}" of Tool "${binding.name}": it is not among the functions that the Agent's spec.tools allows. Go on without it.`,
    );
  }
  return { offered: true };
}

/**
 * Whether a function may be offered and called: the binding allows it, and its definition is the one that was approved. A
 * definition that changed since then may mislead the model, so it is blocked until somebody has looked at it.
 *
 * @param pins digests of the approved definitions; none were approved yet when unset
 */
export function decideOffer(
  binding: Pick<ToolSettings, 'name' | 'allow' | 'deny'>,
  { name, digest }: FunctionFacts,
  pins: ReadonlyMap<string, string> | undefined,
  namespace: string,
): OfferDecision {
  const listed = decideListed(binding, name);
  if (!listed.offered || !pins || digest === undefined) return listed;
  const pin = pins.get(name);
  if (pin === digest) return listed;
  const what =
    pin === undefined
      ? 'came after the Tool was approved'
      : 'changed after the Tool was approved';
  return refused(
    'Drifted',
    `"${name}" of Tool "${binding.name}" ${what}, and is blocked. Somebody must look at its definition and approve it: kubectl annotate tool ${binding.name} -n ${namespace} --overwrite greenroom.dev/approve-tools="$(date +%s)"`,
  );
}

function refused(
  because: 'Binding' | 'Drifted',
  message: string,
): OfferDecision {
  return { offered: false, because, message };
}
