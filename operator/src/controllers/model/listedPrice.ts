import { calcPrice } from '@pydantic/genai-prices';
import type { Model } from '@greenroom/kinds';

type Pricing = Omit<
  NonNullable<NonNullable<Model['status']>['pricing']>,
  'source'
>;

/** Small enough for the lowest tier of models whose price rises with the length of a prompt. */
const sample = 1_000;

/** What the maintained price list says of a model, in US dollars per million tokens; undefined where it does not know it. */
export function listedPrice({
  provider,
  name,
}: Model['spec']): Pricing | undefined {
  const options =
    provider === 'openai-compatible' ? {} : { providerId: provider };
  const price = (usage: Parameters<typeof calcPrice>[0]) =>
    calcPrice(usage, name, options);
  const input = price({ input_tokens: sample });
  const output = price({ output_tokens: sample });
  if (!input || !output) return undefined;
  const cached = price({ input_tokens: sample, cache_read_tokens: sample });
  const written = price({ input_tokens: sample, cache_write_tokens: sample });
  return {
    inputPerMillion: perMillion(input.input_price),
    outputPerMillion: perMillion(output.output_price),
    ...(cached ? { cacheReadPerMillion: perMillion(cached.input_price) } : {}),
    ...(written
      ? { cacheWritePerMillion: perMillion(written.input_price) }
      : {}),
  };
}

/** Rounded to a millionth of a dollar: the list's own precision, without the dust of floating point. */
function perMillion(price: number): number {
  return Math.round((price / sample) * 1e12) / 1e6;
}
