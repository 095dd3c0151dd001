import { useCluster } from './harness/useCluster';

describe('authentication and authorisation', () => {
  const cluster = useCluster();
  const rbac = (plural: string) =>
    cluster.group('rbac.authorization.k8s.io/v1', plural);
  const account = async (name: string) => {
    await cluster.api.post(cluster.core('serviceaccounts'), {
      metadata: { name },
    });
    const { status, body } = await cluster.api.post(
      cluster.core('serviceaccounts', name, 'token'),
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 600 },
      },
    );
    expect(status).toBe(201);
    return body.status.token as string;
  };
  const allow = async (name: string, rules: object[]) => {
    await cluster.api.post(rbac('roles'), { metadata: { name }, rules });
    await cluster.api.post(rbac('rolebindings'), {
      metadata: { name },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'Role',
        name,
      },
      subjects: [
        { kind: 'ServiceAccount', name, namespace: cluster.namespace },
      ],
    });
  };
  const untilAllowed = (path: string, token: string) =>
    cluster.until(`${path} is allowed`, async () => {
      const { status } = await cluster.api.send(path, { token });
      return status === 200;
    });
  const review = (spec: object) =>
    cluster.api.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec,
    });

  it('a token nobody issued is Unauthorized', async () => {
    const { status, body } = await cluster.api.send(cluster.core('pods'), {
      token: 'nonsense',
    });
    expect(status).toBe(401);
    expect(body).toMatchObject({ reason: 'Unauthorized', code: 401 });
  });

  it('a ServiceAccount without a role is Forbidden, in words', async () => {
    const token = await account('nobody');
    const { status, body } = await cluster.api.send(cluster.core('pods'), {
      token,
    });
    expect(status).toBe(403);
    expect(body.message).toBe(
      `pods is forbidden: User "system:serviceaccount:${cluster.namespace}:nobody" cannot list resource "pods" in API group "" in the namespace "${cluster.namespace}"`,
    );
  });

  it('a role allows its verbs, and no others', async () => {
    const token = await account('reader');
    await allow('reader', [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] },
    ]);
    await untilAllowed(cluster.core('configmaps'), token);
    const write = await cluster.api.send(cluster.core('configmaps'), {
      method: 'POST',
      body: { metadata: { name: 'x' } },
      token,
    });
    expect(write.status).toBe(403);
    expect(write.body.message).toContain('cannot create resource "configmaps"');
  });

  it('resourceNames restrict to named objects', async () => {
    const token = await account('named');
    await allow('named', [
      {
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: ['mine'],
        verbs: ['get'],
      },
    ]);
    for (const name of ['mine', 'theirs']) {
      await cluster.api.post(cluster.core('configmaps'), {
        metadata: { name },
      });
    }
    await untilAllowed(cluster.core('configmaps', 'mine'), token);
    const other = await cluster.api.send(cluster.core('configmaps', 'theirs'), {
      token,
    });
    expect(other.status).toBe(403);
  });

  it('a subresource needs a rule of its own', async () => {
    const token = await account('sub');
    await allow('sub', [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
    ]);
    await untilAllowed(cluster.core('pods'), token);
    const { status, body } = await cluster.api.send(
      cluster.core('pods', 'any', 'log'),
      { token },
    );
    expect(status).toBe(403);
    expect(body.message).toContain('cannot get resource "pods/log"');
  });

  it('a ClusterRole bound in a namespace holds only there', async () => {
    const token = await account('viewer');
    await cluster.api.post(rbac('rolebindings'), {
      metadata: { name: 'viewer' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'view',
      },
      subjects: [
        {
          kind: 'ServiceAccount',
          name: 'viewer',
          namespace: cluster.namespace,
        },
      ],
    });
    await untilAllowed(cluster.core('configmaps'), token);
    const elsewhere = await cluster.api.send(
      '/api/v1/namespaces/default/configmaps',
      { token },
    );
    expect(elsewhere.status).toBe(403);
  });

  it('the role view shows no Secrets', async () => {
    const { body } = await cluster.api.get(
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/view',
    );
    const resources = body.rules.flatMap((rule: any) => rule.resources ?? []);
    expect(resources).toContain('configmaps');
    expect(resources).not.toContain('secrets');
  });

  it('an aggregated ClusterRole takes up the rules of those it selects', async () => {
    const [parent, child] = [
      cluster.uniqueName('parent'),
      cluster.uniqueName('child'),
    ];
    const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
    await cluster.api.post(roles, {
      metadata: { name: parent },
      aggregationRule: {
        clusterRoleSelectors: [{ matchLabels: { 'conformance/for': parent } }],
      },
      rules: [],
    });
    await cluster.api.post(roles, {
      metadata: { name: child, labels: { 'conformance/for': parent } },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    });
    await cluster.until('the rule is taken up', async () => {
      const { body } = await cluster.api.get(`${roles}/${parent}`);
      return body.rules?.some((rule: any) => rule.resources.includes('pods'));
    });
    await cluster.api.delete(`${roles}/${parent}`);
    await cluster.api.delete(`${roles}/${child}`);
  });

  it('nobody gives away rights they do not have', async () => {
    const token = await account('climber');
    await allow('climber', [
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['roles'],
        verbs: ['create', 'get', 'list'],
      },
    ]);
    await untilAllowed(rbac('roles'), token);
    const { status, body } = await cluster.api.send(rbac('roles'), {
      method: 'POST',
      body: {
        metadata: { name: 'more' },
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
      },
      token,
    });
    expect(status).toBe(403);
    expect(body.message).toContain(
      'is attempting to grant RBAC permissions not currently held',
    );
  });

  it("a binding's roleRef cannot be changed", async () => {
    await allow('fixed', []);
    const { status, body } = await cluster.api.patch(
      'merge',
      `${rbac('rolebindings')}/fixed`,
      { roleRef: { name: 'other' } },
    );
    expect(status).toBe(422);
    expect(body.message).toContain('cannot change roleRef');
  });

  it('SelfSubjectAccessReview answers for the caller', async () => {
    const token = await account('self');
    const ask = (asToken?: string) =>
      cluster.api.send(
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        {
          method: 'POST',
          token: asToken,
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectAccessReview',
            spec: {
              resourceAttributes: {
                namespace: cluster.namespace,
                verb: 'delete',
                resource: 'pods',
              },
            },
          },
        },
      );
    expect((await ask()).body.status.allowed).toBe(true);
    expect((await ask(token)).body.status.allowed).toBe(false);
  });

  it('SubjectAccessReview answers for somebody else', async () => {
    await allow('somebody', [
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    ]);
    const ask = (verb: string) =>
      review({
        user: `system:serviceaccount:${cluster.namespace}:somebody`,
        resourceAttributes: {
          namespace: cluster.namespace,
          verb,
          resource: 'pods',
        },
      });
    await cluster.until('get is allowed', async () => {
      const { body } = await ask('get');
      return body.status.allowed;
    });
    expect((await ask('delete')).body.status.allowed).toBe(false);
  });

  it('SubjectAccessReview knows groups', async () => {
    const { body } = await review({
      user: 'x',
      groups: ['system:masters'],
      resourceAttributes: { verb: '*', resource: '*', group: '*' },
    });
    expect(body.status.allowed).toBe(true);
  });

  it('SelfSubjectRulesReview lists the rules', async () => {
    const token = await account('ruled');
    await allow('ruled', [
      { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
    ]);
    await cluster.until('the rule is listed', async () => {
      const { body } = await cluster.api.send(
        '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
        {
          method: 'POST',
          token,
          body: {
            apiVersion: 'authorization.k8s.io/v1',
            kind: 'SelfSubjectRulesReview',
            spec: { namespace: cluster.namespace },
          },
        },
      );
      return body.status?.resourceRules?.some((rule: any) =>
        rule.resources.includes('pods'),
      );
    });
  });

  it('SelfSubjectReview says who one is', async () => {
    const token = await account('who');
    const { body } = await cluster.api.send(
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      {
        method: 'POST',
        token,
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'SelfSubjectReview',
        },
      },
    );
    expect(body.status.userInfo.username).toBe(
      `system:serviceaccount:${cluster.namespace}:who`,
    );
    expect(body.status.userInfo.groups).toEqual(
      expect.arrayContaining([
        'system:serviceaccounts',
        `system:serviceaccounts:${cluster.namespace}`,
        'system:authenticated',
      ]),
    );
  });

  it('impersonation acts as another', async () => {
    const { status, body } = await cluster.api.get(cluster.core('pods'), {
      'Impersonate-User': 'alice',
    });
    expect(status).toBe(403);
    expect(body.message).toContain('User "alice" cannot list resource "pods"');
  });

  it('a token for an audience is valid for that audience alone', async () => {
    await account('audience');
    const { body } = await cluster.api.post(
      cluster.core('serviceaccounts', 'audience', 'token'),
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: ['greenroom'], expirationSeconds: 600 },
      },
    );
    const { token } = body.status;
    const reviewToken = (audiences?: string[]) =>
      cluster.api.post('/apis/authentication.k8s.io/v1/tokenreviews', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, ...(audiences && { audiences }) },
      });
    const right = await reviewToken(['greenroom']);
    expect(right.body.status).toMatchObject({
      authenticated: true,
      audiences: ['greenroom'],
      user: {
        username: `system:serviceaccount:${cluster.namespace}:audience`,
      },
    });
    const wrong = await reviewToken(['other']);
    expect(wrong.body.status.authenticated).toBeFalsy();
    const direct = await cluster.api.send(cluster.core('pods'), { token });
    expect(direct.status).toBe(401);
  });

  it('a token bound to a pod names the pod, and ends with it', async () => {
    await account('bound');
    const { body: pod } = await cluster.api.post(cluster.core('pods'), {
      metadata: { name: 'holder' },
      spec: {
        serviceAccountName: 'bound',
        nodeSelector: { 'conformance/none': 'true' },
        containers: [{ name: 'a', image: 'busybox:1' }],
      },
    });
    const { body } = await cluster.api.post(
      cluster.core('serviceaccounts', 'bound', 'token'),
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          audiences: ['greenroom'],
          boundObjectRef: {
            kind: 'Pod',
            apiVersion: 'v1',
            name: 'holder',
            uid: pod.metadata.uid,
          },
        },
      },
    );
    const reviewToken = () =>
      cluster.api.post('/apis/authentication.k8s.io/v1/tokenreviews', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token: body.status.token, audiences: ['greenroom'] },
      });
    const { body: valid } = await reviewToken();
    expect(valid.status.user.extra).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['holder'],
      'authentication.kubernetes.io/pod-uid': [pod.metadata.uid],
    });
    await cluster.api.delete(cluster.core('pods', 'holder'), {
      gracePeriodSeconds: 0,
    });
    await cluster.until('the token is refused', async () => {
      const { body: late } = await reviewToken();
      return !late.status.authenticated;
    });
  });

  it('a token that is bound to a pod of another uid is refused', async () => {
    await account('misbound');
    const { status } = await cluster.api.post(
      cluster.core('serviceaccounts', 'misbound', 'token'),
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          boundObjectRef: {
            kind: 'Pod',
            apiVersion: 'v1',
            name: 'absent',
            uid: '00000000-0000-0000-0000-000000000001',
          },
        },
      },
    );
    expect(status).toBeGreaterThanOrEqual(400);
  });

  it('a token that lives under ten minutes is refused', async () => {
    await account('short');
    const { status, body } = await cluster.api.post(
      cluster.core('serviceaccounts', 'short', 'token'),
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds: 60 },
      },
    );
    expect(status).toBe(422);
    expect(body.message).toContain(
      'spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
    );
  });

  it('the token is a JWT that names issuer, subject and expiry', async () => {
    const token = await account('jwt');
    const [, payload] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(claims.sub).toBe(`system:serviceaccount:${cluster.namespace}:jwt`);
    expect(claims.exp - claims.iat).toBe(600);
    expect(claims['kubernetes.io'].namespace).toBe(cluster.namespace);
  });

  it('health and version are open to everybody', async () => {
    for (const path of ['/healthz', '/livez', '/readyz', '/version']) {
      const { status } = await cluster.api.send(path, { token: '' });
      expect([path, status]).toEqual([path, 200]);
    }
  });

  it('kubectl auth can-i', async () => {
    const yes = await cluster.kubectl(['auth', 'can-i', 'list', 'pods']);
    expect(yes.stdout.trim()).toBe('yes');
    const no = await cluster.kubectl([
      'auth',
      'can-i',
      'list',
      'pods',
      '--as=alice',
    ]);
    expect(no.stdout.trim()).toBe('no');
    expect(no.status).toBe(1);
  });
});
