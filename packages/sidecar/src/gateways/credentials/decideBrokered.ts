import type { AgentSettings, CredentialSettings } from '@greenroom/protocol';
import { matchesHost } from '../../policy/matchesHost';
import type { Reach } from '../egress/judgeAddress';

/** Whether a credential may be put into a request. */
export type BrokerDecision =
  | { act: 'forward'; credential: CredentialSettings; by: string; reach: Reach }
  | { act: 'deny'; message: string };

/** What is asked for. */
export interface BrokerSnapshot {
  settings: Pick<AgentSettings, 'agent' | 'credentials'>;
  /** Of the credential. */
  name: string;
  target: URL;
}

/** Decides by the credential's own hosts. The agent's `egress.allow` plays no part: the request is the sidecar's. */
export function decideBrokered({
  settings,
  name,
  target,
}: BrokerSnapshot): BrokerDecision {
  const { agent, credentials } = settings;
  const of = `spec.credentials of Agent "${agent.name}" in namespace "${agent.namespace}"`;
  const credential = credentials.find(each => each.name === name);
  if (!credential) {
    return deny(
      `Agent "${agent.name}" has no credential "${name}". Add it to ${of}, with expose: Broker and hosts: ["${target.host}"].`,
    );
  }
  if (credential.expose !== 'Broker') {
    return deny(
      `Credential "${name}" is exposed as ${credential.expose} and not brokered. Set expose: Broker and hosts: ["${target.host}"] in ${of}.`,
    );
  }
  const by = credential.hosts.find(pattern => allows(pattern, target));
  if (by === undefined) {
    return deny(
      `Credential "${name}" may be used for ${credential.hosts.join(
        ', ',
      )} only, and not for ${target.origin}. Add "${
        target.host
      }" to its hosts in ${of} to allow it.`,
    );
  }
  return {
    act: 'forward',
    credential,
    by,
    reach: by.startsWith('*') ? 'public' : 'any',
  };
}

/** A secret goes out by https on its own port, unless the pattern names another port; whoever wrote that knows what is there. */
function allows(pattern: string, { hostname, port, protocol }: URL): boolean {
  const isStandard = protocol === 'https:' && port === '';
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  const namesPort = /:\d+$/.test(pattern);
  return (isStandard || namesPort) && matchesHost(pattern, hostname, number);
}

function deny(message: string): BrokerDecision {
  return { act: 'deny', message };
}
