import { readdirSync, readFileSync } from 'node:fs';

/** A program in a pod of an agent, and the environment it was started with. */
export interface ContainerProcess {
  pid: number;
  command: string;
  environment: string;
}

/** Programs of the pods of one cluster: each has a path below its state folder in command line or environment. */
export function containerProcesses(
  home: string,
  agent: string,
): ContainerProcess[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8');
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        const variables = environment.split('\0');
        const isOurs =
          variables.includes(`AGENT_NAME=${agent}`) &&
          (environment.includes(home) || command.includes(home));
        return isOurs && command
          ? [{ pid: Number(name), command, environment }]
          : [];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

const isSidecar = ({ command }: ContainerProcess) =>
  command.includes('sidecar.mjs');

/** The sidecar of an agent's pod. */
export function sidecarProcess(
  home: string,
  agent: string,
): ContainerProcess | undefined {
  return containerProcesses(home, agent).find(isSidecar);
}

/** The runtime of an agent's pod, and not what it started. */
export function runtimeProcess(
  home: string,
  agent: string,
): ContainerProcess | undefined {
  return containerProcesses(home, agent).find(({ command }) =>
    /runtime-greenroom|greenroom-runtime/.test(command),
  );
}
