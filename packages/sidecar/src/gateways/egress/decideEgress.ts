import type { AgentSettings } from '@greenroom/protocol';
import { matchesHost } from '../../policy/matchesHost';
import { isAddress, isInNetwork, type Reach } from './judgeAddress';

/** Whether the agent may connect to a host, as far as its name tells. What it resolves to is judged afterwards, by `reach`. */
export type EgressDecision =
  | {
      act: 'connect';
      reach: Reach;
      /** Networks that are allowed by their numbers. */
      networks: readonly string[];
      /** The entry of `egress.allow`, or what else of the agent's settings allows it. */
      by: string;
    }
  | { act: 'deny'; message: string };

/** What is asked for, and by whom. */
export interface EgressSnapshot {
  /** As it will be resolved: in lower case, IPv6 in brackets or not. */
  host: string;
  port: number;
  settings: Pick<AgentSettings, 'agent' | 'egress' | 'models' | 'tools'>;
}

/** Decides by the host's name: what `egress.allow` names, and the agent's own tools and models. Everything else is denied. */
export function decideEgress({
  host,
  port,
  settings,
}: EgressSnapshot): EgressDecision {
  const { allow } = settings.egress;
  const networks = allow.filter(entry => entry.includes('/'));
  const own = ownService(host, port, settings);
  if (own) return { act: 'connect', reach: 'any', networks, by: own };
  const fitting = allow.filter(entry =>
    entry.includes('/')
      ? isInNetwork(host, entry)
      : matchesHost(entry, host, port),
  );
  // The entry that says most is the one that was meant.
  const by = fitting.find(entry => !entry.startsWith('*')) ?? fitting[0];
  if (by !== undefined)
    return { act: 'connect', reach: reachOf(by, host), networks, by };
  return {
    act: 'deny',
    message: `Agent "${settings.agent.name}" may not reach ${host}:${port}. Add "${host}" to spec.egress.allow of Agent "${settings.agent.name}" in namespace "${settings.agent.namespace}" to allow it.`,
  };
}

/** A pattern was written with the internet in mind; only what is named in full may be in a private network, or here. */
function reachOf(entry: string, host: string): Reach {
  if (entry.startsWith('*')) return 'public';
  const isLocal = host === 'localhost' || host.endsWith('.localhost');
  return isAddress(host) || isLocal ? 'any' : 'private';
}

function ownService(
  host: string,
  port: number,
  { models, tools }: EgressSnapshot['settings'],
): string | undefined {
  const isAt = (address: string | undefined) => {
    if (!address || !URL.canParse(address)) return false;
    const url = new URL(address);
    const standard = url.protocol === 'https:' ? 443 : 80;
    return url.hostname === host && Number(url.port || standard) === port;
  };
  const model = models.find(({ base_url }) => isAt(base_url));
  if (model) return `Model "${model.name}"`;
  const tool = tools.find(({ url }) => isAt(url));
  return tool && `Tool "${tool.name}"`;
}
