import type { ModelSettings } from '@greenroom/protocol';
import type { JsonRecord } from './json';

/**
 * The list of models as the provider's own would be, with the one that this address stands for: whatever name a client asks for
 * here, this one answers.
 */
export function listModels({ model, provider }: ModelSettings): JsonRecord {
  if (provider === 'anthropic') {
    return {
      data: [{ type: 'model', id: model, display_name: model }],
      first_id: model,
      last_id: model,
      has_more: false,
    };
  }
  return {
    object: 'list',
    data: [{ object: 'model', id: model, created: 0, owned_by: provider }],
  };
}
