import type { AgentSettings, ModelSettings } from '@greenroom/protocol';
import type { CredentialFileError } from '../credentials/CredentialFiles';
import { ModelCallProblem } from './ModelCallProblem';
import { pathsOf, supportedProviders } from './wires/modelOperations';

/** Adds a Secret whether or not it exists. */
function secretCommand(name: string, namespace: string): string {
  return `kubectl create secret generic ${name} -n ${namespace} --from-literal=api-key=<your key> --dry-run=client -o yaml | kubectl apply -f -`;
}

function modelCommand(name: string, namespace: string): string {
  return `kubectl apply -n ${namespace} -f - <<< '{"apiVersion":"greenroom.dev/v1alpha1","kind":"Model","metadata":{"name":"${name}"},"spec":{"provider":"anthropic","name":"<model>","credentialRef":{"name":"${name}","key":"api-key"}}}'`;
}

function refCommand(agent: AgentSettings['agent'], model: string): string {
  return `kubectl patch agent ${agent.name} -n ${agent.namespace} --type=merge -p '{"spec":{"model":{"ref":"${model}"}}}'`;
}

/** The agent asked for a model that it does not have. */
export function unknownModel(
  { agent, models }: Pick<AgentSettings, 'agent' | 'models'>,
  name: string,
): ModelCallProblem {
  if (models.length > 0) {
    const names = models.map(model => `"${model.name}"`).join(', ');
    return new ModelCallProblem(
      'no-model',
      `Agent "${agent.name}" has no model "${name}"; it has ${names}. Use /llm/${models[0].name}, or add the Model to the agent or to the fallbacks of its model.`,
    );
  }
  const { namespace } = agent;
  return new ModelCallProblem(
    'no-model',
    `Agent "${agent.name}" has no model. Add one with: ${secretCommand(
      'model',
      namespace,
    )} && ${modelCommand('model', namespace)} && ${refCommand(agent, 'model')}`,
  );
}

/** The model's key is not in this pod, or no header can carry it. */
export function noKey(
  { agent }: Pick<AgentSettings, 'agent'>,
  { name, credential }: ModelSettings,
  cause?: CredentialFileError,
): ModelCallProblem {
  const { namespace } = agent;
  const what =
    cause?.reason === 'Unusable'
      ? `The key of model "${name}" cannot be used: ${cause.message}`
      : `Model "${name}" has no key.`;
  // Only a model that the agent describes itself can have neither a key nor an address of its own.
  const how = credential
    ? `${secretCommand(
        name,
        namespace,
      )} && kubectl patch model ${name} -n ${namespace} --type=merge -p '{"spec":{"credentialRef":{"name":"${name}","key":"api-key"}}}'`
    : `${secretCommand('model', namespace)} && ${modelCommand(
        'model',
        namespace,
      )} && ${refCommand(agent, 'model')}`;
  return new ModelCallProblem(
    'no-key',
    `${what} Add it with: ${how}`,
    undefined,
    { cause },
  );
}

/** The model's provider is not one that this release speaks with. */
export function unsupportedProvider({
  name,
  provider,
}: ModelSettings): ModelCallProblem {
  return new ModelCallProblem(
    'unsupported',
    `Model "${name}" is of provider "${provider}", which this release cannot speak with yet. Use one of: ${supportedProviders.join(
      ', ',
    )}.`,
  );
}

/** The client speaks another provider's format, or asks for something that is not relayed. */
export function unknownOperation(
  { name, provider }: ModelSettings,
  method: string,
  path: string,
): ModelCallProblem {
  const paths = pathsOf(provider);
  const base =
    provider === 'anthropic' ? 'ANTHROPIC_BASE_URL' : 'OPENAI_BASE_URL';
  return new ModelCallProblem(
    'no-model',
    `Model "${name}" is of provider "${provider}" and cannot be asked with ${method} ${path}. Ask it with POST ${paths
      .map(each => `/llm/${name}${each}`)
      .join(' or ')}; libraries find the base URL in ${base}.`,
  );
}

/** The budget is in money, and nobody knows what the model costs. */
export function noPrice(
  { agent }: Pick<AgentSettings, 'agent'>,
  { name }: ModelSettings,
): ModelCallProblem {
  return new ModelCallProblem(
    'budget',
    `Agent "${agent.name}" has a budget in US dollars and the price of model "${name}" is not known, so the call was not made. Set it with: kubectl patch model ${name} -n ${agent.namespace} --type=merge -p '{"spec":{"pricing":{"inputPerMillion":<price>,"outputPerMillion":<price>}}}' (0 for a model that is free)`,
  );
}
