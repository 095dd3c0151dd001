/** Labels that Greenroom puts on everything it creates, pods included, as they apply. */
export const labels = {
  agent: 'greenroom.dev/agent',
  task: 'greenroom.dev/task',
  session: 'greenroom.dev/session',
  template: 'greenroom.dev/template',
  crontask: 'greenroom.dev/crontask',
  tenant: 'greenroom.dev/tenant',
  message: 'greenroom.dev/message',
  tool: 'greenroom.dev/tool',
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  component: 'app.kubernetes.io/component',
  managedBy: 'app.kubernetes.io/managed-by',
  /** `<namespace>.<agent>`: by this Backstage's Kubernetes plugin finds an agent's objects. */
  backstageId: 'backstage.io/kubernetes-id',
} as const;

/** The value of `app.kubernetes.io/managed-by` on everything Greenroom creates. */
export const managedByGreenroom = 'greenroom';

/** Annotations that people and Greenroom's parts set on objects. */
export const annotations = {
  /** A catalog entity ref, such as `user:default/ada`: who answers for the object. */
  owner: 'greenroom.dev/owner',
  /** On an Agent: the repository that `greenroom run` gives it when nobody names one. */
  defaultRepository: 'greenroom.dev/default-repository',
  /** `"true"` on a Task stops it, like `spec.stop`. */
  stop: 'greenroom.dev/stop',
  /** Any new value on a CronTask runs it once now, also while it is suspended. */
  trigger: 'greenroom.dev/trigger',
  /** The user who set {@link annotations.trigger}, stamped at admission. */
  triggeredBy: 'greenroom.dev/triggered-by',
  /** Any new value on a drifted Tool approves its present tool definitions. */
  approveTools: 'greenroom.dev/approve-tools',
  /** `"true"` on an Agent lets it be deleted although Tasks are at work on it. */
  forceDelete: 'greenroom.dev/force-delete',
  /** Digest of a pod template's inputs; a different one rolls the pod. */
  inputDigest: 'greenroom.dev/input-digest',
} as const;

/** Finalizers that Greenroom sets on its own objects. */
export const finalizers = {
  /** Keeps an AgentTemplate until nothing refers to it. */
  templateInUse: 'greenroom.dev/template-in-use',
  /** Keeps a Task, Session or Message until its work in the runtime has ended. */
  abortWork: 'greenroom.dev/abort-work',
  /** Keeps a Tenant until its namespace is gone. */
  tenantNamespace: 'greenroom.dev/tenant-namespace',
} as const;
