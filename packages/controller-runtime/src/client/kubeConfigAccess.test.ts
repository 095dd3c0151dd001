import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inClusterAccess } from './inClusterAccess';
import { kubeConfigAccess } from './kubeConfigAccess';
import { loadClusterAccess } from './loadClusterAccess';

const config = (user: string, more = '') => `
current-context: c
clusters: [{name: k, cluster: {server: "https://k:6443/", certificate-authority-data: ${Buffer.from(
  'CA',
).toString('base64')}}}]
users: [{name: u, user: ${user}}]
contexts: [{name: c, context: {cluster: k, user: u, namespace: team}}, {name: broken, context: {cluster: none, user: u}}]
${more}`;

describe('kubeConfigAccess', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('reads server, namespace, authority and token of the current context', async () => {
    const access = await kubeConfigAccess(config('{token: t}'));
    expect(access).toMatchObject({
      server: 'https://k:6443',
      namespace: 'team',
    });
    expect(String(access.tls.ca)).toBe('CA');
    expect(await access.headers()).toEqual({ authorization: 'Bearer t' });
  });

  it('reads a token file each time, beside the kubeconfig', async () => {
    writeFileSync(join(directory, 'token'), 'first\n');
    const access = await kubeConfigAccess(config('{tokenFile: token}'), {
      directory,
    });
    expect(await access.headers()).toEqual({ authorization: 'Bearer first' });
    writeFileSync(join(directory, 'token'), 'second');
    expect(await access.headers()).toEqual({ authorization: 'Bearer second' });
  });

  it('sends a user name and password as Basic', async () => {
    const access = await kubeConfigAccess(config('{username: a, password: b}'));
    expect(await access.headers()).toEqual({ authorization: 'Basic YTpi' });
  });

  it('names what is missing', async () => {
    const text = config('{token: t}');
    await expect(kubeConfigAccess(text, { context: 'other' })).rejects.toThrow(
      'no context named "other"',
    );
    await expect(kubeConfigAccess(text, { context: 'broken' })).rejects.toThrow(
      'no cluster named "none"',
    );
  });

  it('prefers a named file, then the variable, then the pod’s account', async () => {
    const file = join(directory, 'config');
    writeFileSync(file, config('{token: t}'));
    const inPod = {
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      KUBERNETES_SERVICE_PORT: '443',
    };
    expect(
      (await loadClusterAccess({ ...inPod, KUBECONFIG: `${file}:/other` }))
        .server,
    ).toBe('https://k:6443');
    expect((await loadClusterAccess(inPod, { file })).namespace).toBe('team');
    // Outside a pod there is no account to read.
    await expect(loadClusterAccess(inPod)).rejects.toThrow('ENOENT');
  });

  it('reads a pod’s account, whose address may be IPv6', async () => {
    for (const [name, text] of Object.entries({
      'ca.crt': 'CA',
      token: 'T\n',
      namespace: 'own',
    })) {
      writeFileSync(join(directory, name), text);
    }
    const access = await inClusterAccess({
      host: 'fd00::1',
      port: '443',
      directory,
    });
    expect(access).toMatchObject({
      server: 'https://[fd00::1]:443',
      namespace: 'own',
    });
    expect(await access.headers()).toEqual({ authorization: 'Bearer T' });
  });
});
