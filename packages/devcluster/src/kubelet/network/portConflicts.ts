import { createServer } from 'node:net';
import type { Container } from '../pods/podParts';

/**
 * Sentences about the ports a container declares that cannot be had at its pod's address. No other pod has that address, so somebody listens
 * on all addresses of the machine.
 */
export async function portConflicts(
  container: Container,
  podIP: string,
): Promise<string[]> {
  const ports = (container.ports ?? [])
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP')
    .map(({ containerPort }) => containerPort);
  const problems = await Promise.all(
    ports.map(async port => {
      const code = await bindError(podIP, port);
      return code && sentence(container.name, port, code);
    }),
  );
  return problems.filter(problem => problem !== undefined);
}

function sentence(
  name: string,
  port: number,
  code: string,
): string | undefined {
  if (code === 'EADDRINUSE') {
    return `Container ${name} may not get its port ${port}: another program listens on it at all addresses of this machine. All pods share one network here, so bind to $POD_IP instead of all addresses, stop the other program, or use a real cluster.`;
  }
  if (code === 'EACCES') {
    return `Container ${name} may not listen on port ${port}: this user may not use ports below 1024. Choose a higher one, or use a real cluster.`;
  }
  return undefined;
}

/** The system's word for why the port cannot be listened on; `undefined` if it can. */
function bindError(host: string, port: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    server.listen({ host, port, exclusive: true }, () =>
      server.close(() => resolve(undefined)),
    );
  });
}
