import * as http from 'node:http';
import * as https from 'node:https';
import { connect } from 'node:net';
import type { Container, LifecycleHandler, Probe } from '../pods/podParts';
import type { ProbeResult } from './foldProbe';

/** What a probe or hook acts on. */
export interface ProbeTarget {
  container: Container;
  podIP: string;
  /** Runs a command beside the container's processes, for so long at most. */
  run(argv: readonly string[], timeoutMs: number): Promise<CommandOutcome>;
}

export interface CommandOutcome {
  exitCode: number;
  output: string;
}

type HttpGet = NonNullable<Probe['httpGet']>;

/** What of an answer is shown in an event. */
const MAX_BODY = 1024;

/** One attempt of a probe or hook: any 2xx or 3xx answer, an open port, or a command that succeeds. Never throws. */
export async function runProbe(
  probe: Probe | LifecycleHandler,
  target: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeResult> {
  try {
    if (probe.httpGet) return await probeHttp(probe.httpGet, target, timeoutMs);
    if (probe.tcpSocket) {
      const { host = target.podIP, port } = probe.tcpSocket;
      return await probeTcp(host, portOf(port, target.container), timeoutMs);
    }
    if (probe.exec) {
      const { exitCode, output } = await target.run(
        probe.exec.command ?? [],
        timeoutMs,
      );
      return { isSuccess: exitCode === 0, message: output };
    }
    if ('sleep' in probe && probe.sleep) {
      await target.run(['sleep', String(probe.sleep.seconds)], timeoutMs);
      return { isSuccess: true, message: '' };
    }
    return {
      isSuccess: false,
      message:
        'this kind of probe is not offered here; use httpGet, tcpSocket or exec',
    };
  } catch (error) {
    return { isSuccess: false, message: (error as Error).message };
  }
}

/** The number of a port that may be named. */
export function portOf(port: number | string, container: Container): number {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port);
  if (named) return named.containerPort;
  if (/^\d+$/.test(port)) return Number(port);
  throw new Error(`container "${container.name}" has no port named "${port}"`);
}

function probeHttp(
  { host, port, path = '/', scheme = 'HTTP', httpHeaders = [] }: HttpGet,
  { container, podIP }: ProbeTarget,
  timeoutMs: number,
): Promise<ProbeResult> {
  const options: https.RequestOptions = {
    host: host || podIP,
    port: portOf(port, container),
    path: path.startsWith('/') ? path : `/${path}`,
    headers: {
      'user-agent': 'kube-probe/1.36',
      accept: '*/*',
      connection: 'close',
      ...Object.fromEntries(
        httpHeaders.map(({ name, value }) => [name, value]),
      ),
    },
    agent: false,
    // Probes do not check certificates, as documented for kubelets.
    rejectUnauthorized: false,
    signal: AbortSignal.timeout(timeoutMs),
  };
  return new Promise((resolve, reject) => {
    const { get } = scheme === 'HTTPS' ? https : http;
    const request = get(options, response => {
      const code = response.statusCode ?? 0;
      const isSuccess = code >= 200 && code < 400;
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        if (body.length < MAX_BODY) body += text;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          isSuccess,
          message: isSuccess
            ? ''
            : `HTTP probe failed with statuscode: ${code}: ${body.slice(
                0,
                MAX_BODY,
              )}`,
        }),
      );
    });
    request.on('error', error => {
      const { name } = error;
      reject(
        name === 'AbortError' || name === 'TimeoutError'
          ? new Error(
              `no answer from port ${options.port} within ${timeoutMs} ms`,
            )
          : error,
      );
    });
  });
}

function probeTcp(
  host: string,
  port: number,
  timeoutMs: number,
): Promise<ProbeResult> {
  return new Promise(resolve => {
    const socket = connect({ host, port });
    const finish = (isSuccess: boolean, message: string) => {
      socket.destroy();
      resolve({ isSuccess, message });
    };
    socket.setTimeout(timeoutMs, () =>
      finish(false, `no connection to port ${port} within ${timeoutMs} ms`),
    );
    socket.once('connect', () => finish(true, ''));
    socket.once('error', error => finish(false, error.message));
  });
}
