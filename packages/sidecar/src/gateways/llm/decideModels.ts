import type { AgentSettings, ModelSettings } from '@greenroom/protocol';
import type { ModelCallProblem } from './ModelCallProblem';
import {
  unknownModel,
  unknownOperation,
  unsupportedProvider,
} from './modelSentences';
import {
  supportedProviders,
  type ModelOperation,
} from './wires/modelOperations';

/** Which models to ask, one after the other until one answers; or why none. */
export type ModelsDecision =
  | { act: 'ask'; models: [ModelSettings, ...ModelSettings[]] }
  | { act: 'refuse'; problem: ModelCallProblem };

/** What is known of a request before its body is read. */
export interface ModelsSnapshot {
  settings: Pick<AgentSettings, 'agent' | 'models'>;
  /** Name in the path. */
  name: string;
  method: string;
  path: string;
  operation: ModelOperation | undefined;
}

/** Finds the models for a request. A fallback that speaks another format cannot take the request over and is passed by. */
export function decideModels(snapshot: ModelsSnapshot): ModelsDecision {
  const { settings, name, method, path, operation } = snapshot;
  const find = (wanted: string) =>
    settings.models.find(model => model.name === wanted);
  const first = find(name);
  if (!first) return { act: 'refuse', problem: unknownModel(settings, name) };
  if (!supportedProviders.includes(first.provider))
    return { act: 'refuse', problem: unsupportedProvider(first) };
  const speaks = ({ provider }: ModelSettings) =>
    operation !== undefined && operation.wire.providers.includes(provider);
  if (method !== 'POST' || !speaks(first))
    return { act: 'refuse', problem: unknownOperation(first, method, path) };
  const models: [ModelSettings, ...ModelSettings[]] = [first];
  for (const { fallbacks = [] } of models) {
    for (const fallback of fallbacks) {
      const model = find(fallback);
      if (model && speaks(model) && !models.includes(model)) models.push(model);
    }
  }
  return { act: 'ask', models };
}
