import { no } from './reasons';

/** Why a pod that Greenroom wants does not run. */
export const podReasons = {
  ImagePullFailed: no(
    'An image could not be pulled; the message names it and the registry’s answer.',
    'Correct the image, make it public, or name a pull secret in imagePullSecrets.',
  ),
  Unschedulable: no(
    'No node takes the pod; the message is the scheduler’s.',
    'Lower podSpec.resources, change podSpec.scheduling, or add nodes.',
  ),
  VolumeNotBound: no(
    'A volume of the pod is not there yet.',
    'Look at the PersistentVolumeClaim in the message; set storageClassName where the cluster has no default.',
  ),
  CrashLoop: no(
    'A container ends again and again; the message names it with its last exit code.',
    'Read its log with kubectl logs --previous and mend what it says.',
  ),
  OutOfMemory: no(
    'A container used more memory than its limit and was killed.',
    'Raise podSpec.resources.limits.memory.',
  ),
  Evicted: no(
    'The node needed room and threw the pod out.',
    'Set requests that match what the agent uses, or free the node.',
  ),
  PodRejected: no(
    'The API server refused the pod: Pod Security, a quota or an admission webhook; the message says which.',
    'Change podSpec, or ask who runs the cluster to change the rule.',
  ),
  InitFailed: no(
    'A container that prepares the pod failed; the message names it and its last line.',
    'Read its log with kubectl logs -c and mend what it says.',
  ),
  PodFailed: no(
    'The pod failed for another reason, given in the message.',
    'Read the message and the pod’s events.',
  ),
};

/** What an agent needs and does not have. */
export const missingReasons = {
  TemplateNotFound: no(
    'The AgentTemplate that templateRef names is not in this namespace.',
    'Create it, or correct templateRef.name.',
  ),
  ModelNotFound: no(
    'The Model that model.ref names is not in this namespace.',
    'Create it, or correct model.ref; the message gives a command.',
  ),
  ModelMissing: no(
    'The agent is Supervised and has no model.',
    'Set model.ref, or GreenroomConfig.defaults.model; the message gives a command.',
  ),
  SecretNotFound: no(
    'A Secret, or a key of it, that a model, credential or context names is not there.',
    'Create it; the message gives a command with its name and key.',
  ),
  ConfigMapNotFound: no(
    'A ConfigMap, or a key of it, that goal, contexts or caBundle name is not there.',
    'Create it, or set optional: true on the context.',
  ),
  ContextError: no(
    'A context cannot be made: two end at one path, or a path or address is refused; the message names it.',
    'Correct the context that the message names.',
  ),
  SkillError: no(
    'A skill cannot be read, or its SKILL.md has no valid front matter.',
    'Correct the skill that the message names.',
  ),
  PolicyForbids: no(
    'A Policy forbids something the agent asks for, such as a credential exposed as Env.',
    'Change the agent, or the Policy that the message names.',
  ),
  InvalidPlaybook: no(
    'The goal of a System agent is not a valid playbook; the message names the line.',
    'Correct the playbook.',
  ),
  UnsupportedRuntime: no(
    'The runtime’s type is known, but this release cannot run it yet.',
    'Use runtime.type greenroom or custom.',
  ),
  InvalidConfiguration: no(
    'The settings, merged with the template’s, contradict each other; the message says how.',
    'Correct the field that the message names.',
  ),
};

/** An object with a name Greenroom wants belongs to somebody else. */
export const nameConflict = no(
  'An object with a name that Greenroom needs exists and belongs to another owner; it is never taken over.',
  'Rename one of the two, or delete the object that the message names.',
);
