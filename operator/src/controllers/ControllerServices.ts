import type { AgentAssembler } from '../assembly/AgentAssembler';
import type { ClusterView } from '../cluster/ClusterView';
import type { ConfigMapReader } from '../cluster/ConfigMapReader';
import type { SecretReader } from '../cluster/SecretReader';
import type { OwnedObjects } from '../objects/OwnedObjects';
import type { OperatorServices } from '../OperatorServices';
import type { StatusWriter } from '../status/StatusWriter';
import type { AgentPods } from './agent/AgentPods';
import type { TaskBoard } from './task/TaskBoard';

/** What every reconciler is made with. */
export interface ControllerServices extends OperatorServices {
  readonly view: ClusterView;
  readonly configMaps: ConfigMapReader;
  readonly secrets: SecretReader;
  readonly objects: OwnedObjects;
  readonly statuses: StatusWriter;
  readonly assembler: AgentAssembler;
  readonly pods: AgentPods;
  readonly board: TaskBoard;
  /** The present moment. */
  now(): Date;
}
