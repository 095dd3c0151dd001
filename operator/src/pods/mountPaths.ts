// Where things lie inside the containers of an agent pod.

/** Executables that init containers bring for the agent. */
export const toolsDir = '/tools';
/** The sidecar's own state: its write-ahead log and the inputs it has taken. */
export const stateDir = '/var/lib/greenroom';
/** What a runtime keeps of its sessions. */
export const runtimeStateDir = '/var/lib/runtime';
/** One folder per credential, in the sidecar alone. */
export const credentialsDir = '/etc/greenroom/credentials';
export const ingestCaDir = '/etc/greenroom/ca';
export const tokenDir = '/var/run/secrets/greenroom';
export const contextsDir = '/etc/greenroom/contexts';
/** Secrets of one Git or URL context, in the init container that fetches it. */
export const contextSecretsDir = '/etc/greenroom/context-secrets';
/** Files that belong outside the workspace, until they are mounted where they belong. */
export const outsideDir = '/greenroom-outside';
export const trustDir = '/etc/greenroom/trust';
/** Home and temporary files: a random user id has no home, and a read-only root has no `/tmp`. */
export const scratchDir = '/var/lib/scratch';
/** Where programs look for the token of the pod's own ServiceAccount. */
export const kubeApiAccessDir = '/var/run/secrets/kubernetes.io/serviceaccount';
