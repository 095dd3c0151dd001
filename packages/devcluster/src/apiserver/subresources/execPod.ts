import type { WebSocket } from 'ws';
import { badRequest } from '../errors/ApiError';
import { isTrue } from '../http/RequestInfo';
import { findStored } from '../handlers/getObject';
import type { RequestContext } from '../http/RequestContext';
import type { ExecOptions, ExecSession } from '../NodeProxy';
import { containerOf } from './containerOf';
import { nodeOf } from './nodeOf';
import { relaySession } from './relaySession';

/** The subprotocols of `exec` and `attach`, the preferred one first. */
export const execProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** Begins what an upgraded request for `exec` or `attach` asks for. @throws ApiError before the connection is taken */
export function prepareExec(
  context: RequestContext,
): (socket: WebSocket) => Promise<void> {
  const { info } = context;
  const { query } = info;
  const pod = findStored(context);
  const container = containerOf(pod, query.get('container'));
  const node = nodeOf(context);
  const flag = (name: string) =>
    query.get(name) !== null && isTrue(query.get(name));
  const options: ExecOptions = {
    command: query.getAll('command'),
    stdin: flag('stdin'),
    stdout: flag('stdout'),
    stderr: flag('stderr'),
    tty: flag('tty'),
  };
  const isExec = info.subresource === 'exec';
  if (isExec && !options.command.length)
    throw badRequest('you must specify at least 1 command for the container');
  if (!options.stdin && !options.stdout && !options.stderr) {
    throw badRequest('you must specify at least one of stdin, stdout, stderr');
  }
  return async socket => {
    // What the client sends before the command runs must not be lost.
    socket.pause();
    // What the client sends meanwhile waits in the connection.
    socket.pause();
    let session: ExecSession;
    try {
      session = isExec
        ? await node.exec(container, options)
        : await node.attach(container, options);
    } catch (error) {
      socket.resume();
      relaySession.refuse(socket, error as Error);
      return;
    }
    relaySession(socket, session);
    socket.resume();
    socket.resume();
  };
}
