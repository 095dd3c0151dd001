import type { ModelSettings } from '@greenroom/protocol';
import { ModelCallProblem } from './ModelCallProblem';
import type { ModelOperation } from './wires/modelOperations';

/** The providers' own addresses, from their API references. */
const HOMES: Partial<Record<ModelSettings['provider'], string>> = {
  anthropic: 'https://api.anthropic.com',
  openai: 'https://api.openai.com/v1',
};

/**
 * Where an operation of a model is asked. A base URL means what its provider's libraries mean by it: Anthropic's is completed
 * by `/v1`, OpenAI's has it already. One without any path gets it in both cases.
 *
 * @param search - query of the client, with its `?`
 * @throws ModelCallProblem
 */
export function upstreamUrl(
  { name, provider, base_url: given }: ModelSettings,
  { path }: Pick<ModelOperation, 'path'>,
  search = '',
): URL {
  const base = given ?? HOMES[provider];
  if (!base || !URL.canParse(base)) {
    throw new ModelCallProblem(
      'unsupported',
      `Model "${name}" has no address. Set it with: kubectl patch model ${name} --type=merge -p '{"spec":{"baseURL":"https://<host>/v1"}}'`,
    );
  }
  const url = new URL(base);
  const folder = url.pathname.replace(/\/+$/, '');
  const hasVersion =
    provider === 'anthropic' ? /\/v\d\w*$/.test(folder) : folder !== '';
  url.pathname = `${folder}${hasVersion ? '' : '/v1'}${path}`;
  const query = new URLSearchParams(search);
  query.delete('session');
  for (const [key, value] of query) url.searchParams.append(key, value);
  return url;
}
