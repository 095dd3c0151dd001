import { z } from 'zod';
import { modelConditions } from '../conditions/modelConditions';
import { defineKind, type DraftOf, type KindOf } from '../defineKind';
import { column } from '../schema/columns';
import { SecretKeyRef } from '../schema/references';
import { list, textMap } from '../schema/collections';
import {
  filled,
  HttpUrl,
  integer,
  ObjectName,
  text,
  Timestamp,
} from '../schema/scalars';
import { Money, statusFields } from '../schema/status';

const price = (what: string) =>
  Money.optional().describe(`US dollars for a million ${what}.`);

/** A model endpoint with its credential, price and limits. */
export const Model = defineKind({
  kind: 'Model',
  plural: 'models',
  shortNames: ['mdl'],
  scope: 'Namespaced',
  acts: true,
  doc: 'A model endpoint with its credential, price and limits. The credential stays in the sidecar.',
  spec: z.object({
    provider: z
      .enum([
        'anthropic',
        'openai',
        'openai-compatible',
        'google',
        'bedrock',
        'azure',
      ])
      .describe('Whose interface it speaks.'),
    name: filled(256).describe('The provider’s name of the model.'),
    baseURL: HttpUrl.optional().describe(
      'Where it listens; the provider’s own address by default.',
    ),
    credentialRef: SecretKeyRef.optional().describe(
      'Key of the provider, in a Secret; none for endpoints without.',
    ),
    headers: textMap(1024, 32)
      .optional()
      .describe(
        'More headers of each request. Secrets belong into credentialRef.',
      ),
    pricing: z
      .object({
        inputPerMillion: price('input tokens'),
        outputPerMillion: price('output tokens'),
        cacheReadPerMillion: price('tokens read from a cache'),
        cacheWritePerMillion: price('tokens written to a cache'),
      })
      .optional()
      .describe(
        'Prices; by default from a maintained price list, where the model is in it.',
      ),
    limits: z
      .object({
        rpm: integer(1, 1_000_000)
          .optional()
          .describe('Most requests in a minute.'),
        tpm: integer(1, 1_000_000_000)
          .optional()
          .describe('Most tokens in a minute.'),
        maxOutputTokens: integer(1, 10_000_000)
          .optional()
          .describe('Most tokens of one answer.'),
        contextTokens: integer(1, 100_000_000)
          .optional()
          .describe('Most tokens of a prompt with its answer.'),
      })
      .optional()
      .describe('Limits of the endpoint.'),
    fallbacks: list(ObjectName, 8)
      .optional()
      .describe(
        'Models in the same namespace that are tried in turn when this one fails.',
      ),
  }),
  rules: [
    {
      rule: "!(self.provider in ['openai-compatible', 'azure']) || has(self.baseURL)",
      message: 'set baseURL: this provider has no address of its own',
      holds: spec =>
        !['openai-compatible', 'azure'].includes(spec.provider) ||
        spec.baseURL !== undefined,
    },
    {
      rule: "!(self.provider in ['anthropic', 'openai', 'google', 'bedrock', 'azure']) || has(self.baseURL) || has(self.credentialRef)",
      message:
        'set credentialRef, the Secret with the provider’s key, or baseURL of an endpoint that needs none',
      holds: spec =>
        spec.provider === 'openai-compatible' ||
        spec.baseURL !== undefined ||
        spec.credentialRef !== undefined,
    },
  ],
  status: z.object({
    ...statusFields,
    pricing: z
      .object({
        inputPerMillion: price('input tokens'),
        outputPerMillion: price('output tokens'),
        cacheReadPerMillion: price('tokens read from a cache'),
        cacheWritePerMillion: price('tokens written to a cache'),
        source: text(256).optional().describe('Where the prices come from.'),
      })
      .optional()
      .describe(
        'The prices that are counted with; absent where none is known.',
      ),
    lastChecked: Timestamp.optional().describe('When it was last looked at.'),
  }),
  columns: [
    column.of('Provider', '.spec.provider'),
    column.of('Model', '.spec.name'),
    column.condition('Ready'),
    column.of('Base URL', '.spec.baseURL', { wide: true }),
    column.reasonOf('Ready', { wide: true }),
    column.age,
  ],
  conditions: modelConditions,
});
export type Model = KindOf<typeof Model>;
export type ModelDraft = DraftOf<typeof Model>;
