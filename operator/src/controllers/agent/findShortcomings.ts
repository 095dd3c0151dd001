import type { Model } from '@greenroom/kinds';
import type { Assembly } from '../../assembly/AgentAssembler';
import type { ControllerServices } from '../ControllerServices';
import type { AgentShortcoming } from './decideAgent';

/** What an agent lacks to do all of its work: a model, a key, a tool. Each with the command that mends it. */
export async function findShortcomings(
  { secrets }: Pick<ControllerServices, 'secrets'>,
  assembly: Assembly,
): Promise<AgentShortcoming[]> {
  const { agent, models, missingModels } = assembly;
  return [
    ...modelMissing(assembly),
    ...missingModels.map(
      (name): AgentShortcoming => ({
        condition: 'Ready',
        reason: 'ModelNotFound',
        message: `Model "${name}" does not exist in namespace "${
          agent.namespace
        }". Create it, for example: ${exampleModel(name, agent.namespace)}`,
      }),
    ),
    ...(
      await Promise.all(models.map(model => missingKey(model, secrets)))
    ).flat(),
    ...toolShortcomings(assembly),
  ];
}

/** A custom runtime may know its model itself, and a playbook needs none. */
function modelMissing({ agent }: Assembly): AgentShortcoming[] {
  if (agent.model || agent.mode === 'System' || agent.runtime.type === 'custom')
    return [];
  return [
    {
      condition: 'Ready',
      reason: 'ModelMissing',
      message: `The agent has no model. Name one with: kubectl patch agent ${agent.name} -n ${agent.namespace} --type=merge -p '{"spec":{"model":{"ref":"<model>"}}}' and see the existing ones with: kubectl get models -n ${agent.namespace}`,
    },
  ];
}

/** Says whether the key of a model is there, and how it is added if not. */
export async function missingKey(
  { metadata, spec }: Model,
  secrets: ControllerServices['secrets'],
): Promise<AgentShortcoming[]> {
  const ref = spec.credentialRef;
  if (!ref) return [];
  const presence = await secrets.presence(
    metadata.namespace,
    ref.name,
    ref.key,
  );
  // What the operator may not read, the kubelet still mounts.
  if (presence === 'Present' || presence === 'Forbidden') return [];
  const what =
    presence === 'SecretMissing'
      ? `Secret "${ref.name}" does not exist in namespace "${metadata.namespace}"`
      : `Secret "${ref.name}" in namespace "${metadata.namespace}" has no key "${ref.key}"`;
  return [
    {
      condition: 'Ready',
      reason: 'SecretNotFound',
      message: `${what}; model "${
        metadata.name
      }" needs it. Add the key with: ${secretCommand(metadata.namespace, ref)}`,
    },
  ];
}

/** The command that adds a key to a Secret whether or not the Secret exists. */
export function secretCommand(
  namespace: string,
  { name, key }: { name: string; key: string },
): string {
  return `kubectl create secret generic ${name} -n ${namespace} --from-literal=${key}=<your key> --dry-run=client -o yaml | kubectl apply -f -`;
}

function exampleModel(name: string, namespace: string): string {
  return `kubectl apply -n ${namespace} -f - <<< '{"apiVersion":"greenroom.dev/v1alpha1","kind":"Model","metadata":{"name":"${name}"},"spec":{"provider":"anthropic","name":"<model>","credentialRef":{"name":"${name}","key":"api-key"}}}'`;
}

function toolShortcomings({ agent, tools }: Assembly): AgentShortcoming[] {
  return agent.tools.flatMap(({ ref }): AgentShortcoming[] => {
    const tool = tools.find(({ metadata }) => metadata.name === ref);
    if (!tool) {
      return [
        {
          condition: 'ToolsReady',
          reason: 'ToolNotFound',
          message: `Tool "${ref}" does not exist in namespace "${agent.namespace}". Create it, or correct tools[].ref.`,
        },
      ];
    }
    const ready =
      tool.status?.conditions?.find(({ type }) => type === 'Ready')?.message ??
      '';
    switch (tool.status?.phase) {
      case 'Ready':
        return [];
      case 'Drifted':
        return [
          {
            condition: 'ToolsReady',
            reason: 'ToolDrifted',
            message: `Tool "${ref}" changed after it was approved and is blocked. Look at it, then approve it with: kubectl annotate tool ${ref} -n ${agent.namespace} --overwrite greenroom.dev/approve-tools="$(date +%s)"`,
          },
        ];
      case 'Unavailable':
        return [
          {
            condition: 'ToolsReady',
            reason: 'ToolUnavailable',
            message: `Tool "${ref}" cannot be used: ${ready}`,
          },
        ];
      default:
        return [
          {
            condition: 'ToolsReady',
            reason: 'Pending',
            message: `Tool "${ref}" has not been asked yet.`,
          },
        ];
    }
  });
}
