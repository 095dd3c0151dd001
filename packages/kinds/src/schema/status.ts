import { z } from 'zod';
import { keyedList } from './collections';
import { filled, integer, text, Timestamp } from './scalars';

/** The largest whole number that JSON programs agree on. */
const largest = Number.MAX_SAFE_INTEGER;

/** A count that only grows. */
export const Count = integer(0, largest);

/** An amount of money in US dollars. */
export const Money = z.number().min(0).max(1e12);

const ConditionSchema = z.object({
  type: z
    .string()
    .min(1)
    .max(316)
    .regex(/^[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?$/)
    .describe('What is said to hold, in CamelCase.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_]*[A-Za-z0-9])?$/)
    .describe('Why, as one word from the closed list in the reference.'),
  message: text(32_768).describe('Why, in words, and what to do.'),
  lastTransitionTime: Timestamp.describe('When status changed last.'),
  observedGeneration: integer(0, largest)
    .optional()
    .describe('The generation of the spec this was said about.'),
});

/** What every status has. */
export const statusFields = {
  observedGeneration: integer(0, largest)
    .optional()
    .describe('The generation of the spec that was acted on last.'),
  conditions: keyedList(ConditionSchema, ['type'], 32)
    .optional()
    .describe(
      'What holds now, with reasons from the closed list in the reference.',
    ),
};

/** Tokens used, by kind. */
export const Tokens = z.object({
  input: Count.default(0).describe(
    'Tokens of the prompts that were not cached.',
  ),
  output: Count.default(0).describe('Tokens of the answers.'),
  reasoning: Count.default(0).describe(
    'Tokens of thinking, where the provider tells them apart.',
  ),
  cacheRead: Count.default(0).describe('Tokens of prompts read from a cache.'),
  cacheWrite: Count.default(0).describe(
    'Tokens of prompts written to a cache.',
  ),
});

/** What was used. */
export const Usage = z.object({
  tokens: Tokens.optional().describe('Tokens by kind.'),
  costUSD: Money.optional().describe(
    'Cost in US dollars; absent where a price is not known.',
  ),
  calls: Count.optional().describe('Calls of models.'),
});

/** A session in a status. */
export const SessionSummary = z.object({
  id: filled(64).describe('Id of the session.'),
  url: text(2048).optional().describe('Where a person reads it.'),
  title: text(512).optional().describe('Its title.'),
  summary: z
    .object({
      messages: Count.default(0).describe('Messages exchanged.'),
      tokens: Tokens.optional().describe('Tokens by kind.'),
      costUSD: Money.optional().describe(
        'Cost in US dollars; absent where a price is not known.',
      ),
      filesChanged: Count.default(0).describe(
        'Files changed in the workspace.',
      ),
      additions: Count.default(0).describe('Lines added.'),
      deletions: Count.default(0).describe('Lines removed.'),
    })
    .optional()
    .describe('What it came to.'),
});
