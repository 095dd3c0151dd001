import type { Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Json } from '../../store/KubernetesObject';
import type { ExecSession } from '../NodeProxy';

/** The first byte of each message says which stream it belongs to. */
const channel = {
  stdin: 0,
  stdout: 1,
  stderr: 2,
  error: 3,
  resize: 4,
  close: 255,
} as const;
/** Above this much unsent output the command's pipe is held back. */
const highWaterBytes = 1024 * 1024;

/** Connects a command's streams with a WebSocket that speaks v4 or v5 of `channel.k8s.io`. */
export function relaySession(socket: WebSocket, session: ExecSession): void {
  const outputs = [
    forward(socket, session.stdout, channel.stdout),
    forward(socket, session.stderr, channel.stderr),
  ];
  socket.on('message', data => {
    const bytes = Buffer.isBuffer(data)
      ? data
      : Buffer.concat(data as Buffer[]);
    if (!bytes.length) return;
    const payload = bytes.subarray(1);
    switch (bytes[0]) {
      case channel.stdin:
        if (session.stdin && !session.stdin.write(payload)) {
          socket.pause();
          session.stdin.once('drain', () => socket.resume());
        }
        break;
      case channel.resize:
        resize(session, payload);
        break;
      case channel.close:
        // New in v5: the client has no more input, and still reads.
        if (payload[0] === channel.stdin) session.stdin?.end();
        break;
      default:
      // Other channels carry nothing from the client.
    }
  });
  session.stdin?.on('error', () => {});
  let isOver = false;
  socket.on('close', () => {
    if (!isOver) session.close();
  });
  session.result
    .then(({ exitCode }) => statusOf(exitCode), failureOf)
    .then(async status => {
      await Promise.all(outputs);
      isOver = true;
      finish(socket, status);
    });
}

/** Tells the client that the command could not be started. */
relaySession.refuse = (socket: WebSocket, error: Error): void =>
  finish(socket, failureOf(error));

function forward(
  socket: WebSocket,
  stream: Readable | undefined,
  id: number,
): Promise<void> {
  if (!stream) return Promise.resolve();
  const prefix = Buffer.from([id]);
  return new Promise(resolve => {
    stream.on('data', (chunk: Buffer) => {
      socket.send(Buffer.concat([prefix, chunk]), () => {
        if (stream.isPaused() && socket.bufferedAmount < highWaterBytes)
          stream.resume();
      });
      if (socket.bufferedAmount > highWaterBytes) stream.pause();
    });
    for (const event of ['end', 'close', 'error'])
      stream.once(event, () => resolve());
    socket.once('close', () => resolve());
  });
}

function resize(session: ExecSession, payload: Buffer): void {
  try {
    const { Width, Height } = JSON.parse(payload.toString('utf8'));
    if (Width > 0 && Height > 0) session.resize(Width, Height);
  } catch {
    // A size that cannot be read leaves the terminal as it is.
  }
}

function statusOf(exitCode: number): Json {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

function failureOf({ message }: Error): Json {
  return {
    metadata: {},
    status: 'Failure',
    message,
    reason: 'InternalError',
    code: 500,
  };
}

function finish(socket: WebSocket, status: Json): void {
  socket.send(
    Buffer.concat([
      Buffer.from([channel.error]),
      Buffer.from(JSON.stringify(status)),
    ]),
  );
  socket.close(1000);
}
