import type { Model } from '@greenroom/kinds';
import type { SecretPresence } from '../../cluster/SecretReader';
import type { ConditionClaim } from '../../status/claimConditions';
import { secretCommand } from '../agent/findShortcomings';

type Pricing = NonNullable<NonNullable<Model['status']>['pricing']>;

/** Everything that decides what a Model's status says. */
export interface ModelSnapshot {
  readonly model: Model;
  /** Undefined for a model that needs no key. */
  readonly credential: SecretPresence | undefined;
  /** The Models of the namespace, by name. */
  readonly models: ReadonlyMap<string, Model>;
  /** What the price list says, where it knows the model. */
  readonly listed: Omit<Pricing, 'source'> | undefined;
}

/** What a Model's status comes to. */
export interface ModelDecision {
  readonly claims: readonly ConditionClaim[];
  readonly pricing?: Pricing;
  /** Something is missing that nobody tells of: it is looked for again. */
  readonly looksAgain: boolean;
}

/** Providers whose wire format the sidecar's gateway speaks. */
const supported: ReadonlySet<string> = new Set([
  'anthropic',
  'openai',
  'openai-compatible',
]);

/** The judgement over one Model. No call is made to the provider. */
export function decideModel(snapshot: ModelSnapshot): ModelDecision {
  const { credential } = snapshot;
  const pricing = pricingOf(snapshot);
  return {
    claims: [readyClaim(snapshot), pricedClaim(pricing)],
    ...(pricing ? { pricing } : {}),
    looksAgain: credential === 'SecretMissing' || credential === 'KeyMissing',
  };
}

function readyClaim({
  model,
  credential,
  models,
}: ModelSnapshot): ConditionClaim {
  const { spec, metadata } = model;
  const not = (reason: string, message: string): ConditionClaim => ({
    type: 'Ready',
    status: 'False',
    reason,
    message,
  });
  if (!supported.has(spec.provider)) {
    return not(
      'NotSupported',
      `This release cannot speak with provider "${spec.provider}" yet. Use anthropic, openai or openai-compatible.`,
    );
  }
  const absent = (spec.fallbacks ?? []).find(name => !models.has(name));
  if (absent) {
    return not(
      'FallbackNotFound',
      `Fallback "${absent}" does not exist in namespace "${metadata.namespace}". Create it, or remove it from fallbacks.`,
    );
  }
  const loop = loopFrom(model, models);
  if (loop)
    return not(
      'FallbackLoop',
      `Fallbacks lead in a circle: ${loop.join(' → ')}. Remove one of them.`,
    );
  const ref = spec.credentialRef;
  if (!ref)
    return {
      type: 'Ready',
      status: 'True',
      reason: 'NoCredential',
      message: 'The endpoint needs no key.',
    };
  if (credential === 'SecretMissing' || credential === 'KeyMissing') {
    const what =
      credential === 'SecretMissing'
        ? `Secret "${ref.name}" does not exist`
        : `Secret "${ref.name}" has no key "${ref.key}"`;
    return not(
      'SecretNotFound',
      `${what} in namespace "${
        metadata.namespace
      }". Add the key with: ${secretCommand(metadata.namespace, ref)}`,
    );
  }
  return {
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message:
      credential === 'Forbidden'
        ? `The operator may not read Secret "${ref.name}", so it was not looked for; the sidecar gets it all the same.`
        : 'The key is there.',
  };
}

/** The way along fallbacks that comes back to the model, if there is one. */
function loopFrom(
  { metadata, spec }: Model,
  models: ReadonlyMap<string, Model>,
): string[] | undefined {
  const walk = (
    names: readonly string[],
    way: string[],
  ): string[] | undefined => {
    for (const name of names) {
      if (name === metadata.name) return [...way, name];
      if (way.includes(name)) continue;
      const found = walk(models.get(name)?.spec.fallbacks ?? [], [
        ...way,
        name,
      ]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(spec.fallbacks ?? [], [metadata.name]);
}

function pricingOf({ model, listed }: ModelSnapshot): Pricing | undefined {
  if (model.spec.pricing)
    return { ...model.spec.pricing, source: 'spec.pricing' };
  return listed ? { ...listed, source: 'price list' } : undefined;
}

function pricedClaim(pricing: Pricing | undefined): ConditionClaim {
  if (!pricing) {
    return {
      type: 'Priced',
      status: 'False',
      reason: 'Unknown',
      message:
        'No price is known: usage is counted in tokens only. Set spec.pricing.',
    };
  }
  return pricing.source === 'spec.pricing'
    ? {
        type: 'Priced',
        status: 'True',
        reason: 'FromSpec',
        message: 'Prices are from spec.pricing.',
      }
    : {
        type: 'Priced',
        status: 'True',
        reason: 'FromPriceList',
        message: 'Prices are from the price list that comes with Greenroom.',
      };
}
