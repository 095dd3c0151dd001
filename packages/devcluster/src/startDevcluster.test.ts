import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import type { Devcluster } from './DevclusterOptions';
import { startDevcluster } from './startDevcluster';

/** Asks as a client that trusts only the kubeconfig's authority. */
function ask(
  { kubeconfig }: Devcluster,
  method: string,
  resource: string,
  body?: unknown,
): Promise<{ status?: number; body: Record<string, unknown> }> {
  const { clusters, users } = parse(kubeconfig);
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${server}${resource}`,
      {
        method,
        ca: Buffer.from(ca, 'base64'),
        agent: false,
        headers: {
          Authorization: `Bearer ${users[0].user.token}`,
          'Content-Type': 'application/json',
        },
      },
      incoming => {
        const chunks: Buffer[] = [];
        incoming.on('data', chunk => chunks.push(chunk));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode,
            body: JSON.parse(Buffer.concat(chunks).toString()),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body && JSON.stringify(body));
  });
}

const configMaps = '/api/v1/namespaces/default/configmaps';

describe('startDevcluster', () => {
  it('serves the API over its own certificate authority', async () => {
    const devcluster = await startDevcluster();
    try {
      const { status } = await ask(devcluster, 'POST', configMaps, {
        metadata: { name: 'a' },
        data: { x: '1' },
      });
      expect(status).toBe(201);
      const { body } = await ask(devcluster, 'GET', `${configMaps}/a`);
      expect(body).toMatchObject({ kind: 'ConfigMap', data: { x: '1' } });
    } finally {
      await devcluster.stop();
    }
  });

  it('finds its objects again after a restart, and the old kubeconfig stays good', async () => {
    const stateDir = mkdtempSync(path.join(tmpdir(), 'devcluster-'));
    try {
      const first = await startDevcluster({ stateDir });
      await ask(first, 'POST', configMaps, { metadata: { name: 'a' } });
      await first.stop();
      const second = await startDevcluster({
        stateDir,
        port: Number(new URL(first.server).port),
      });
      const { status } = await ask(
        { ...second, kubeconfig: first.kubeconfig },
        'GET',
        `${configMaps}/a`,
      );
      await second.stop();
      expect(status).toBe(200);
    } finally {
      rmSync(stateDir, { recursive: true });
    }
  });
});
