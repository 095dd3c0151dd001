import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, Server } from 'node:https';
import { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useCluster } from './harness/useCluster';

type Answer = (request: any) => object | Promise<object>;

describe('admission webhooks', () => {
  const cluster = useCluster();
  let server: Server;
  let caBundle: string;
  const answers = new Map<string, Answer>();
  const requests: any[] = [];
  const made: string[] = [];

  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'webhook-'));
    const file = (name: string) => path.join(folder, name);
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
        ],
        ...['-nodes', '-days', '1', '-subj', '/CN=webhook'],
        ...['-addext', 'subjectAltName=IP:127.0.0.1'],
        ...['-keyout', file('key.pem'), '-out', file('cert.pem')],
      ],
      { stdio: 'ignore' },
    );
    caBundle = readFileSync(file('cert.pem')).toString('base64');
    server = createServer(
      {
        key: readFileSync(file('key.pem')),
        cert: readFileSync(file('cert.pem')),
      },
      async (request, response) => {
        let text = '';
        for await (const chunk of request) text += chunk;
        const review = JSON.parse(text);
        requests.push(review.request);
        const answer = answers.get(request.url!.split('?')[0].slice(1));
        const body = answer && (await answer(review.request));
        response.setHeader('Content-Type', 'application/json');
        response.end(
          JSON.stringify({
            apiVersion: 'admission.k8s.io/v1',
            kind: 'AdmissionReview',
            response: { uid: review.request.uid, allowed: true, ...body },
          }),
        );
      },
    );
    rmSync(folder, { recursive: true });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    for (const target of made.splice(0)) await cluster.api.delete(target);
    requests.length = 0;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  const install = async (
    type: 'validating' | 'mutating',
    name: string,
    answer: Answer,
    change: object = {},
  ) => {
    answers.set(name, answer);
    const configurations = `/apis/admissionregistration.k8s.io/v1/${type}webhookconfigurations`;
    const full = cluster.uniqueName(name);
    const { status, body } = await cluster.api.post(configurations, {
      metadata: { name: full },
      webhooks: [
        {
          name: `${name}.example.com`,
          clientConfig: {
            url: `https://127.0.0.1:${
              (server.address() as AddressInfo).port
            }/${name}`,
            caBundle,
          },
          rules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              resources: ['configmaps'],
              operations: ['CREATE', 'UPDATE', 'DELETE'],
            },
          ],
          namespaceSelector: {
            matchLabels: { 'kubernetes.io/metadata.name': cluster.namespace },
          },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          timeoutSeconds: 5,
          ...change,
        },
      ],
    });
    expect([status, body.message]).toEqual([201, undefined]);
    made.push(`${configurations}/${full}`);
  };
  const create = (name: string, extra: object = {}, query = '') =>
    cluster.api.post(`${cluster.core('configmaps')}${query}`, {
      metadata: { name },
      data: { given: 'yes' },
      ...extra,
    });
  /** A configuration takes a moment to be obeyed: creates until one is answered as expected. */
  const untilObeyed = (
    check: (answer: { status: number; body: any }) => boolean,
    extra: object = {},
  ) =>
    cluster.until('the webhook is obeyed', async () => {
      const answer = await create(cluster.uniqueName('try'), extra);
      return check(answer) && answer;
    });

  it('a refusal is passed on with its message', async () => {
    await install('validating', 'refuse', () => ({
      allowed: false,
      status: { message: 'not on a Sunday', code: 403 },
    }));
    const { body } = await untilObeyed(({ status }) => status === 403);
    expect(body.message).toBe(
      'admission webhook "refuse.example.com" denied the request: not on a Sunday',
    );
  });

  it('a refusal carries its code', async () => {
    await install('validating', 'code', () => ({
      allowed: false,
      status: { message: 'wrong', code: 422, reason: 'Invalid' },
    }));
    const { body } = await untilObeyed(({ status }) => status === 422);
    expect(body.message).toContain('wrong');
  });

  it('warnings reach the client', async () => {
    await install('validating', 'warn', () => ({
      warnings: ['mind the gap'],
    }));
    const answer: any = await untilObeyed(({ headers }: any) =>
      Boolean(headers.warning),
    );
    expect(answer.headers.warning).toContain('299 - "mind the gap"');
  });

  it('the review names operation, user, object, kind and whether it is a dry run', async () => {
    await install('validating', 'review', () => ({
      warnings: ['seen'],
    }));
    await untilObeyed(({ headers }: any) => Boolean(headers.warning));
    requests.length = 0;
    await create('reviewed', { data: { a: 'b' } }, '?dryRun=All');
    expect(requests[0]).toMatchObject({
      operation: 'CREATE',
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      namespace: cluster.namespace,
      name: 'reviewed',
      dryRun: true,
      object: { data: { a: 'b' }, kind: 'ConfigMap' },
      oldObject: null,
    });
    expect(requests[0].userInfo.groups).toContain('system:authenticated');
  });

  it('an update shows both, a delete the old one', async () => {
    await create('both', { data: { a: '1' } });
    await install('validating', 'old', () => ({ warnings: ['seen'] }));
    await untilObeyed(({ headers }: any) => Boolean(headers.warning));
    requests.length = 0;
    await cluster.api.patch('merge', cluster.core('configmaps', 'both'), {
      data: { a: '2' },
    });
    await cluster.api.delete(cluster.core('configmaps', 'both'));
    expect(requests[0]).toMatchObject({
      operation: 'UPDATE',
      object: { data: { a: '2' } },
      oldObject: { data: { a: '1' } },
    });
    expect(requests[1]).toMatchObject({
      operation: 'DELETE',
      object: null,
      oldObject: { data: { a: '2' } },
    });
  });

  it('a mutating webhook changes the object by JSON patch', async () => {
    await install('mutating', 'mutate', () => ({
      patchType: 'JSONPatch',
      patch: Buffer.from(
        JSON.stringify([{ op: 'add', path: '/data/stamped', value: 'yes' }]),
      ).toString('base64'),
    }));
    const { body } = await untilObeyed(
      ({ body: each }) => each.data?.stamped === 'yes',
    );
    expect(body.metadata.managedFields).toBeDefined();
  });

  it('mutation comes before validation', async () => {
    await install('mutating', 'first', () => ({
      patchType: 'JSONPatch',
      patch: Buffer.from(
        JSON.stringify([{ op: 'add', path: '/data/first', value: 'yes' }]),
      ).toString('base64'),
    }));
    await install('validating', 'second', request => ({
      allowed: request.object?.data?.first !== 'yes',
      status: { message: 'saw the mutation' },
    }));
    await untilObeyed(({ body }) => body.message?.includes('saw the mutation'));
  });

  it('a webhook that cannot be reached fails the request with Fail', async () => {
    await install('validating', 'away', () => ({}), {
      clientConfig: { url: 'https://127.0.0.1:1/away', caBundle },
      failurePolicy: 'Fail',
    });
    await untilObeyed(
      ({ status, body }) =>
        status === 500 &&
        body.message.includes('failed calling webhook "away.example.com"'),
    );
  });

  it('and is passed over with Ignore', async () => {
    await install('validating', 'ignored', () => ({}), {
      clientConfig: { url: 'https://127.0.0.1:1/ignored', caBundle },
      failurePolicy: 'Ignore',
    });
    await install('validating', 'marker', () => ({ warnings: ['obeyed'] }));
    const { status } = await untilObeyed(({ headers }: any) =>
      Boolean(headers.warning),
    );
    expect(status).toBe(201);
  });

  it('a certificate that the caBundle does not cover is not trusted', async () => {
    const other = readFileSync(
      process.env.CONFORMANCE_OTHER_CA ?? '/etc/ssl/certs/ca-certificates.crt',
    );
    await install('validating', 'untrusted', () => ({}), {
      clientConfig: {
        url: `https://127.0.0.1:${
          (server.address() as AddressInfo).port
        }/untrusted`,
        caBundle: other.toString('base64'),
      },
    });
    await untilObeyed(
      ({ status, body }) =>
        status === 500 &&
        /untrusted\.example\.com.*(certificate|x509)/.test(body.message),
    );
  });

  it('a webhook that takes too long fails the request', async () => {
    const hanging: (() => void)[] = [];
    await install(
      'validating',
      'slow',
      () => new Promise<object>(resolve => hanging.push(() => resolve({}))),
      { timeoutSeconds: 1 },
    );
    await untilObeyed(
      ({ status, body }) =>
        status >= 500 &&
        body.message.includes('failed calling webhook "slow.example.com"'),
    );
    for (const release of hanging) release();
  });

  it('objectSelector chooses the objects', async () => {
    await install(
      'validating',
      'selected',
      () => ({ allowed: false, status: { message: 'selected' } }),
      { objectSelector: { matchLabels: { choose: 'me' } } },
    );
    const chosen = await cluster.until('the webhook is obeyed', async () => {
      const answer = await cluster.api.post(cluster.core('configmaps'), {
        metadata: {
          name: cluster.uniqueName('chosen'),
          labels: { choose: 'me' },
        },
      });
      return (
        answer.body.message?.includes('denied the request: selected') && answer
      );
    });
    // A refusal that names no code of its own is a bad request.
    expect(chosen.status).toBe(400);
    const { status } = await create('not-chosen');
    expect(status).toBe(201);
  });

  it('matchConditions in CEL choose the requests', async () => {
    await install(
      'validating',
      'matched',
      () => ({ allowed: false, status: { message: 'matched' } }),
      {
        matchConditions: [
          {
            name: 'only-special',
            expression: "request.name.startsWith('special')",
          },
        ],
      },
    );
    await cluster.until('the webhook is obeyed', async () => {
      const { body } = await create(cluster.uniqueName('special'));
      return body.message?.includes('denied the request: matched');
    });
    const { status } = await create('ordinary');
    expect(status).toBe(201);
  });

  it('a webhook without sideEffects, or for http, is refused', async () => {
    const { status, body } = await cluster.api.post(
      '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
      {
        metadata: { name: cluster.uniqueName('bad') },
        webhooks: [
          {
            name: 'bad.example.com',
            clientConfig: { url: 'http://127.0.0.1/x' },
            admissionReviewVersions: ['v1'],
          },
        ],
      },
    );
    expect(status).toBe(422);
    expect(body.message).toContain('sideEffects: Required value');
    expect(body.message).toContain("'https' is the only allowed URL scheme");
  });
});
