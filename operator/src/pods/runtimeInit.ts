import type { AgentPodPlan } from './AgentPodPlan';
import { imagePullPolicy } from './imagePullPolicy';
import { toolsDir } from './mountPaths';
import { defaultResources } from './podResources';
import type { Container } from './PodTypes';
import { readOnlyContainer } from './restricted';
import { scratchEnv, scratchMount } from './scratchVolume';
import { systemContainer } from './systemContainer';

/** Copies the runtime to the tools' folder, from where it runs in whatever image the agent works in. */
export function runtimeInit(plan: AgentPodPlan): Container[] {
  const image = plan.agent.runtime.agentImage;
  // A custom runtime is in the image the agent works in.
  if (!image) return [];
  return [
    systemContainer(
      plan.agent.podSpec,
      plan.agent.podSpec.systemContainers?.runtimeInit,
      {
        name: 'runtime-init',
        image,
        imagePullPolicy: imagePullPolicy(image),
        command: ['greenroom-runtime', 'install', toolsDir],
        env: scratchEnv,
        resources: defaultResources.init,
        securityContext: readOnlyContainer,
        volumeMounts: [
          { name: 'tools', mountPath: toolsDir },
          scratchMount('runtime-init'),
        ],
      },
    ),
  ];
}
