import type { AgentSettings } from '@greenroom/protocol';
import type { ResolvedHost } from './resolveHost';

/** Why a host whose name is allowed cannot be reached all the same, and what allows it. */
export function addressSentence(
  host: string,
  { address, what, needs }: Extract<ResolvedHost, { found: 'refused' }>,
  by: string,
  { name, namespace }: AgentSettings['agent'],
): string {
  const where = `spec.egress.allow of Agent "${name}" in namespace "${namespace}"`;
  const is =
    host === address ? `${host} is` : `${host} resolves to ${address},`;
  return needs === 'private'
    ? `${is} ${what}, to which "${by}" in egress.allow does not extend. Add "${host}" itself to ${where} to allow it.`
    : `${is} ${what}, to which "${by}" in egress.allow does not extend. Add "${address}" itself to ${where} if that is really meant.`;
}
