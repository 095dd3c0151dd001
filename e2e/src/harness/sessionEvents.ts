import type { LaptopCluster } from './LaptopCluster';

/** A session's event as `greenroom sessions show` prints it. */
export interface ShownEvent {
  seq: number;
  epoch: number;
  type: string;
  payload: Record<string, unknown>;
}

/** The events of a session, by the command that a user has for it. */
export async function sessionEvents(
  cluster: LaptopCluster,
  sessionId: string,
): Promise<ShownEvent[]> {
  const { status, stdout, stderr } = await cluster.command(
    'sessions',
    'show',
    sessionId,
    '-o',
    'json',
  );
  if (status !== 0) {
    throw new Error(`Session ${sessionId} could not be shown: ${stderr}`);
  }
  return stdout
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line));
}
