import { randomInt } from 'node:crypto';
import type { OwnerReference, Pod } from '@greenroom/controller-runtime';

interface Template {
  metadata?: Pick<Pod['metadata'], 'labels' | 'annotations' | 'finalizers'>;
  spec?: Pod['spec'];
}

/** The alphabet of generated names: no vowels, so no words, and no look-alikes. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
/** The longest name, as the API server's own `generateName` keeps it, suffix not counted. */
const MAX_BASE = 63 - SUFFIX_LENGTH;

/** `base` with a random end, as the API server's `generateName` makes it; known before the request, so that its event is recognised. */
export function generatedName(base: string): string {
  let suffix = '';
  for (let at = 0; at < SUFFIX_LENGTH; at++) {
    suffix += ALPHABET[randomInt(ALPHABET.length)];
  }
  return base.slice(0, MAX_BASE) + suffix;
}

/** A pod made from a template, owned by what holds the template. */
export function podFromTemplate(
  template: Template,
  owner: OwnerReference,
  namespace: string,
): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    metadata: {
      namespace,
      name: generatedName(`${owner.name}-`),
      generateName: `${owner.name}-`,
      labels,
      annotations,
      finalizers,
      ownerReferences: [owner],
    },
    spec: template.spec,
  };
}
