import { AgentAssembler } from '../assembly/AgentAssembler';
import { ClusterView } from '../cluster/ClusterView';
import { ConfigMapReader } from '../cluster/ConfigMapReader';
import { SecretReader } from '../cluster/SecretReader';
import type { SidecarCalls } from '../ingest/SidecarLink';
import { OwnedObjects } from '../objects/OwnedObjects';
import type { OperatorServices } from '../OperatorServices';
import type { Platform } from '../pods/Platform';
import { StatusWriter } from '../status/StatusWriter';
import { AgentPods } from './agent/AgentPods';
import { agentSlots } from './agent/agentSlots';
import { registerAgents } from './agent/registerAgents';
import { ApprovalDesk } from './approval/ApprovalDesk';
import { registerApprovals } from './approval/registerApprovals';
import type { ControllerServices } from './ControllerServices';
import { NotificationDesk } from './notification/NotificationDesk';
import { answerSidecars } from './answerSidecars';
import { registerAgentTemplates } from './agenttemplate/registerAgentTemplates';
import { registerGreenroomConfigs } from './greenroomconfig/registerGreenroomConfigs';
import { registerModels } from './model/registerModels';
import { registerNotifications } from './notification/registerNotifications';
import { registerPolicies } from './policy/registerPolicies';
import { registerMessages } from './message/registerMessages';
import { registerSessions } from './session/registerSessions';
import { SessionChannel } from './session/SessionChannel';
import { registerTools } from './tool/registerTools';
import { registerRegistries } from './registry/registerRegistries';
import { registerTasks } from './task/registerTasks';
import { TaskBoard } from './task/TaskBoard';

/** What the controllers know of the place they run in. */
export interface ControllerOptions {
  /** The cluster gives out user ids itself, as OpenShift does. */
  readonly assignsUserIds?: boolean;
  readonly now?: () => Date;
}

/**
 * Adds the controllers of all kinds to the manager.
 *
 * @returns the answers to what sidecars ask
 */
export function registerControllers(
  operator: OperatorServices,
  options: ControllerOptions = {},
): SidecarCalls {
  const { client, manager, config, links } = operator;
  const { cache } = manager;
  const platform: Platform = {
    operatorNamespace: config.namespace,
    assignsUserIds: options.assignsUserIds ?? false,
  };
  const view = new ClusterView(cache);
  const configMaps = new ConfigMapReader(client, cache);
  const objects = new OwnedObjects(client, cache);
  const wakeTask: {
    call: (task: { namespace: string; name: string }) => void;
  } = { call: () => {} };
  const agentChanged: { call: (agent: string) => void } = { call: () => {} };
  const board = new TaskBoard({
    slots: agent => agentSlots(view, links, agent),
    wake: task => wakeTask.call(task),
    changed: agent => agentChanged.call(agent),
  });
  const services: ControllerServices = {
    ...operator,
    view,
    configMaps,
    secrets: new SecretReader(client),
    objects,
    statuses: new StatusWriter(client, cache),
    assembler: new AgentAssembler(view, configMaps, objects, platform),
    pods: new AgentPods(objects, links),
    board,
    now: options.now ?? (() => new Date()),
  };
  agentChanged.call = registerAgents(services);
  wakeTask.call = registerTasks(services);
  const channel = new SessionChannel(services);
  registerSessions(services, channel);
  registerMessages(services, channel);
  registerAgentTemplates(services);
  registerModels(services);
  registerTools(services, platform);
  registerRegistries(services);
  registerPolicies(services);
  registerGreenroomConfigs(services);
  registerNotifications(services);
  const approvals = new ApprovalDesk(services);
  registerApprovals(services, approvals);
  return answerSidecars(services, approvals, new NotificationDesk(services));
}
