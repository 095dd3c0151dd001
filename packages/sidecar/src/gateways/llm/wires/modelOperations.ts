import { anthropicMessages } from './anthropicMessages';
import type { ModelWire } from './ModelWire';
import { openAiChat } from './openAiChat';
import { openAiResponses } from './openAiResponses';

/** Something that a model can be asked, by the path below `/llm/<model>`. */
export interface ModelOperation {
  wire: ModelWire;
  /** Below the provider's `/v1`. */
  path: string;
  /** Nothing is generated: no tokens are counted and no budget is needed. */
  isFree: boolean;
}

const operations: readonly ModelOperation[] = [
  { wire: anthropicMessages, path: '/messages', isFree: false },
  { wire: anthropicMessages, path: '/messages/count_tokens', isFree: true },
  { wire: openAiChat, path: '/chat/completions', isFree: false },
  { wire: openAiResponses, path: '/responses', isFree: false },
];

/** The operation at a path such as `v1/messages`; libraries differ in whether they add `/v1` themselves. */
export function modelOperation(path: string): ModelOperation | undefined {
  const tail = `/${path}`.replace(/^\/+(v1\/+)*/, '/').replace(/\/+$/, '');
  return operations.find(operation => operation.path === tail);
}

/** The paths that a provider's models are asked at, for messages. */
export function pathsOf(provider: ModelWire['providers'][number]): string[] {
  return operations
    .filter(({ wire, isFree }) => !isFree && wire.providers.includes(provider))
    .map(({ path }) => `/v1${path}`);
}

/** Providers that this release can speak with. */
export const supportedProviders: readonly string[] = [
  ...new Set(operations.flatMap(({ wire }) => wire.providers)),
];
