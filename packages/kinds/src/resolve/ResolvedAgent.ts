import type { z } from 'zod';
import type { AgentMode, Budget, ToolBinding } from '../schema/agentFields';
import type { Agent } from '../kinds/Agent';
import type { GreenroomConfig } from '../kinds/GreenroomConfig';

type Spec = Agent['spec'];
type Runtime = NonNullable<Spec['runtime']>;

/** An agent after its template and the cluster's defaults were merged in: what every part works from. */
export interface ResolvedAgent {
  /** The object it was resolved from; an AgentTemplate when that is run directly. */
  kind: 'Agent' | 'AgentTemplate';
  namespace: string;
  name: string;
  uid: string;
  labels: Record<string, string>;
  /** Catalog entity that owns it, from the annotation. */
  owner?: string;
  /** Name of the template it was merged with, or that is run. */
  template?: string;
  profile?: string;
  mode: z.output<typeof AgentMode>;
  goal?: Spec['goal'];
  instructions?: string;
  runtime: {
    type: NonNullable<Runtime['type']>;
    contract: NonNullable<Runtime['contract']>;
    /** Image the runtime is copied from; absent for type custom, which runs executorImage as it is. */
    agentImage?: string;
    /** Image of the agent container. */
    executorImage: string;
    version?: string;
  };
  model?: Spec['model'];
  workspaceDir: string;
  command?: string[];
  port: number;
  extraPorts: NonNullable<Spec['extraPorts']>;
  contexts: NonNullable<Spec['contexts']>;
  skills: NonNullable<Spec['skills']>;
  plugins: NonNullable<Spec['plugins']>;
  config?: Record<string, unknown>;
  credentials: NonNullable<Spec['credentials']>;
  tools: z.output<typeof ToolBinding>[];
  delegates: string[];
  providers: string[];
  egress: { allow: string[] };
  persistence?: Spec['persistence'];
  suspend: boolean;
  standby?: Spec['standby'];
  maxConcurrentTasks: number;
  /** Absent where starts are not limited. */
  quota?: { maxTaskStarts: number; windowSeconds: number };
  /** Absent where neither tokens nor cost are limited. */
  budget?: z.output<typeof Budget> &
    Required<Pick<z.output<typeof Budget>, 'window' | 'onExceeded'>>;
  warmPool?: Spec['warmPool'];
  share?: Spec['share'];
  caBundle?: Spec['caBundle'];
  proxy?: Spec['proxy'];
  imagePullSecrets: { name: string }[];
  imagePullPolicy: GreenroomConfig['spec']['imagePullPolicy'];
  serviceAccountName?: string;
  rbac: { rules: NonNullable<NonNullable<Spec['rbac']>['rules']> };
  podSpec: NonNullable<Spec['podSpec']>;
  /** Images of Greenroom's own containers. */
  images: SystemImages;
  clusterDomain: string;
  allowLocalRepositories: boolean;
}

/** The images of the containers that Greenroom itself runs. */
export interface SystemImages {
  operator: string;
  sidecar: string;
  contextTools: string;
  runtimeGreenroom: string;
  runtimeOpencode: string;
  runtimeClaudeCode: string;
  runtimeMastra: string;
  toolGateway: string;
}
