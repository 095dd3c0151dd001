/** Names of the windows in which a use counts. Days and months begin at midnight UTC. */
export function windowKeys(
  agent: { namespace: string; name: string },
  sessionId: string,
  at: number,
): Record<'Session' | 'Day' | 'Month', string> {
  const name = `${agent.namespace}/${agent.name}`;
  const date = new Date(at).toISOString();
  return {
    Session: `session/${sessionId}`,
    Day: `day/${name}/${date.slice(0, 10)}`,
    Month: `month/${name}/${date.slice(0, 7)}`,
  };
}
