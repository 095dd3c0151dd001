import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import type { SidecarServices } from '../../SidecarServices';
import { startTestBench, type TestBench } from '../../testkit/startTestSidecar';
import { egressListener } from './egressListener';

let bench: TestBench | undefined;

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

const onPort = (proxyPort: number) => ({
  extensions: [egressListener],
  config: {
    env: {},
    listen: {
      agentHost: '127.0.0.1',
      healthHost: '127.0.0.1',
      agentPort: 0,
      healthPort: 0,
      proxyPort,
    },
  },
});

function send(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let got = '';
    socket.setEncoding('utf8');
    socket.on('data', piece => {
      got += piece;
    });
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
  });
}

describe('egressListener', () => {
  it('loses nothing of what is sent while the proxy is loaded, and ends with the sidecar', async () => {
    const free = await listening();
    const port = portOf(free);
    await new Promise(resolve => free.close(resolve));
    bench = await startTestBench('greenroom', onPort(port));
    await bench.operator.until('hello', () => bench!.operator.hellos[0]);
    const request = 'CONNECT a.example.com:443 HTTP/1.1\r\nHost: a\r\n\r\n';
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => send(port, request)),
    );
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1.1 403 /);
    await bench.sidecar.stop();
    await expect(send(port, request)).rejects.toThrow('ECONNREFUSED');
  });

  it('says which port is taken', async () => {
    const other = await listening();
    const services = { config: onPort(portOf(other)).config };
    await expect(
      egressListener(services as never as SidecarServices),
    ).rejects.toThrow(
      `The egress proxy cannot listen on 127.0.0.1:${portOf(other)}: `,
    );
    other.close();
  });
});
