import { randomBytes } from 'node:crypto';
import { useCluster } from './harness/useCluster';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

describe('custom resources', () => {
  const cluster = useCluster();
  // Definitions are cluster-wide: a group of its own keeps runs apart.
  const group = `c${randomBytes(4).toString('hex')}.example.com`;
  const made: string[] = [];

  const schema = {
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        required: ['size'],
        properties: {
          size: { type: 'integer', minimum: 1, maximum: 10 },
          color: {
            type: 'string',
            default: 'red',
            enum: ['red', 'green', 'blue'],
          },
          name: { type: 'string', maxLength: 5, pattern: '^[a-z]+$' },
          ratio: { type: 'number' },
          on: { type: 'boolean' },
          tags: {
            type: 'array',
            maxItems: 3,
            items: { type: 'string', maxLength: 16 },
            'x-kubernetes-list-type': 'set',
          },
          rooms: {
            type: 'array',
            maxItems: 5,
            items: {
              type: 'object',
              required: ['key'],
              properties: {
                key: { type: 'string', maxLength: 16 },
                seats: { type: 'integer', default: 2 },
              },
            },
            'x-kubernetes-list-type': 'map',
            'x-kubernetes-list-map-keys': ['key'],
          },
          free: {
            type: 'object',
            'x-kubernetes-preserve-unknown-fields': true,
          },
          labels: {
            type: 'object',
            maxProperties: 4,
            additionalProperties: { type: 'string', maxLength: 10 },
          },
          amount: { 'x-kubernetes-int-or-string': true },
          maybe: { type: 'string', nullable: true },
          when: { type: 'string', format: 'date-time' },
          low: { type: 'integer', maximum: 100 },
          high: { type: 'integer', maximum: 100 },
          fixed: {
            type: 'string',
            maxLength: 10,
            'x-kubernetes-validations': [
              { rule: 'self == oldSelf', message: 'fixed cannot change' },
            ],
          },
        },
        'x-kubernetes-validations': [
          {
            rule: '!has(self.low) || !has(self.high) || self.low <= self.high',
            message: 'low must not be above high',
          },
          {
            rule: "!has(self.color) || self.color != 'blue' || self.size > 5",
            messageExpression:
              "self.size > 3 ? 'blue is nearly big enough' : 'blue needs a size above 5'",
            fieldPath: '.size',
            reason: 'FieldValueForbidden',
          },
        ],
      },
      status: {
        type: 'object',
        properties: {
          phase: { type: 'string' },
          replicas: { type: 'integer' },
          selector: { type: 'string' },
        },
      },
    },
  };
  const definition = (kind: string, change: (crd: any) => void = () => {}) => {
    const plural = `${kind.toLowerCase()}s`;
    const crd: any = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: {
          kind,
          plural,
          singular: kind.toLowerCase(),
          listKind: `${kind}List`,
          shortNames: [kind.toLowerCase().slice(0, 3)],
          categories: ['conformance'],
        },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: schema },
            subresources: {
              status: {},
              scale: {
                specReplicasPath: '.spec.size',
                statusReplicasPath: '.status.replicas',
                labelSelectorPath: '.status.selector',
              },
            },
            additionalPrinterColumns: [
              { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
              { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
              {
                name: 'Color',
                type: 'string',
                jsonPath: '.spec.color',
                priority: 1,
              },
              {
                name: 'Age',
                type: 'date',
                jsonPath: '.metadata.creationTimestamp',
              },
            ],
          },
        ],
      },
    };
    change(crd);
    return crd;
  };
  const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const install = async (crd: any) => {
    const answer = await cluster.api.post(definitions, crd);
    if (answer.status === 201) {
      made.push(crd.metadata.name);
      await cluster.until(`${crd.metadata.name} is served`, async () => {
        const { status } = await cluster.api.get(
          `/apis/${group}/v1/namespaces/${cluster.namespace}/${crd.spec.names.plural}`,
        );
        return status === 200;
      });
    }
    return answer;
  };
  const halls = (...rest: string[]) =>
    cluster.group(`${group}/v1`, 'halls', ...rest);
  const hall = (name: string, spec: object) => ({
    apiVersion: `${group}/v1`,
    kind: 'Hall',
    metadata: { name },
    spec,
  });
  const create = (name: string, spec: object, query = '') =>
    cluster.api.post(`${halls()}${query}`, hall(name, spec));

  beforeAll(async () => {
    const { status, body } = await install(definition('Hall'));
    if (status !== 201) throw new Error(body.message);
  });
  afterAll(async () => {
    for (const name of made) await cluster.api.delete(`${definitions}/${name}`);
  });

  it('a definition becomes NamesAccepted and Established', async () => {
    const { body } = await cluster.api.get(`${definitions}/halls.${group}`);
    const conditions = Object.fromEntries(
      body.status.conditions.map((each: any) => [each.type, each.status]),
    );
    expect(conditions).toMatchObject({
      NamesAccepted: 'True',
      Established: 'True',
    });
    expect(body.status.acceptedNames.kind).toBe('Hall');
    expect(body.status.storedVersions).toEqual(['v1']);
  });

  it('a resource is created, defaulted, and read back', async () => {
    const { status, body } = await create('plain', { size: 3 });
    expect(status).toBe(201);
    expect(body.spec).toEqual({ size: 3, color: 'red' });
    expect(body.metadata.generation).toBe(1);
  });

  it('defaults apply inside list items', async () => {
    const { body } = await create('rooms', { size: 1, rooms: [{ key: 'a' }] });
    expect(body.spec.rooms).toEqual([{ key: 'a', seats: 2 }]);
  });

  it('fields nobody declared are pruned', async () => {
    const { body } = await create('pruned', { size: 1, nonsense: true });
    expect(body.spec.nonsense).toBeUndefined();
  });

  it('fields below x-kubernetes-preserve-unknown-fields are kept', async () => {
    const { body } = await create('free', { size: 1, free: { a: { b: [1] } } });
    expect(body.spec.free).toEqual({ a: { b: [1] } });
  });

  it.each([
    ['a required field that is missing', {}, 'spec.size: Required value'],
    [
      'a number below its minimum',
      { size: 0 },
      'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
    ],
    [
      'a number above its maximum',
      { size: 11 },
      'spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10',
    ],
    [
      'a value outside the enum',
      { size: 1, color: 'pink' },
      'spec.color: Unsupported value: "pink": supported values: "red", "green", "blue"',
    ],
    [
      'a text that is too long',
      { size: 1, name: 'abcdef' },
      'spec.name: Too long: may not be more than 5 bytes',
    ],
    [
      'a text that does not match its pattern',
      { size: 1, name: 'A1' },
      'spec.name: Invalid value: "A1": spec.name in body should match \'^[a-z]+$\'',
    ],
    [
      'a text where a number is wanted',
      { size: 'one' },
      'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
    ],
    [
      'a number where a truth value is wanted',
      { size: 1, on: 1 },
      'spec.on: Invalid value: "integer": spec.on in body must be of type boolean: "integer"',
    ],
    [
      'a fraction where an integer is wanted',
      { size: 1.5 },
      'spec.size: Invalid value: "number": spec.size in body must be of type integer: "number"',
    ],
    [
      'too many items',
      { size: 1, tags: ['a', 'b', 'c', 'd'] },
      'spec.tags: Too many: 4: must have at most 3 items',
    ],
    [
      'a set with a value twice',
      { size: 1, tags: ['a', 'a'] },
      'spec.tags[1]: Duplicate value: "a"',
    ],
    [
      'a map list with a key twice',
      { size: 1, rooms: [{ key: 'a' }, { key: 'a' }] },
      'spec.rooms[1]: Duplicate value',
    ],
    [
      'an item without its key',
      { size: 1, rooms: [{ seats: 1 }] },
      'spec.rooms[0].key: Required value',
    ],
    [
      'too many properties',
      { size: 1, labels: { a: '1', b: '2', c: '3', d: '4', e: '5' } },
      'spec.labels: Too many: 5: must have at most 4 items',
    ],
    [
      'null where it is not allowed',
      { size: 1, name: 5 },
      'spec.name: Invalid value: "integer": spec.name in body must be of type string: "integer"',
    ],
    [
      'a date that is none',
      { size: 1, when: 'yesterday' },
      'spec.when: Invalid value: "yesterday": spec.when in body must be of type date-time: "yesterday"',
    ],
    [
      'a rule over two fields',
      { size: 1, low: 5, high: 3 },
      'spec: Invalid value: low must not be above high',
    ],
    [
      'a rule with a message of its own making, path and reason',
      { size: 2, color: 'blue' },
      'spec.size: Forbidden: blue needs a size above 5',
    ],
  ])('%s is refused with path and sentence', async (_, spec, message) => {
    const { status, body } = await create('refused', spec);
    expect(status).toBe(422);
    expect(body.reason).toBe('Invalid');
    expect(body.message).toContain(message);
    expect(body.message).toMatch(
      /^Hall\.c[0-9a-f]+\.example\.com "refused" is invalid: /,
    );
  });

  it('several faults are all named', async () => {
    const { body } = await create('many', { size: 0, color: 'pink' });
    expect(body.message).toContain('spec.size: Invalid value');
    expect(body.message).toContain('spec.color: Unsupported value');
    expect(body.details.causes.length).toBeGreaterThanOrEqual(2);
  });

  it('int-or-string takes both', async () => {
    const asText = await create('amount-text', { size: 1, amount: '50%' });
    const asNumber = await create('amount-number', { size: 1, amount: 5 });
    expect([asText.body.spec.amount, asNumber.body.spec.amount]).toEqual([
      '50%',
      5,
    ]);
    const { status } = await create('amount-no', { size: 1, amount: true });
    expect(status).toBe(422);
  });

  it('a nullable field keeps null, another drops it', async () => {
    const { body } = await create('nulls', {
      size: 1,
      maybe: null,
      color: null,
    });
    expect(body.spec.maybe).toBeNull();
    expect(body.spec.color).toBe('red');
  });

  it('a transition rule compares with what was', async () => {
    await create('fixed', { size: 1, fixed: 'a' });
    const { status, body } = await cluster.api.patch('merge', halls('fixed'), {
      spec: { fixed: 'b' },
    });
    expect(status).toBe(422);
    expect(body.message).toContain(
      'spec.fixed: Invalid value: "b": fixed cannot change',
    );
    const other = await cluster.api.patch('merge', halls('fixed'), {
      spec: { size: 2 },
    });
    expect(other.status).toBe(200);
  });

  it('fieldValidation=Strict refuses unknown fields', async () => {
    const { status, body } = await create(
      'strict',
      { size: 1, nonsense: true },
      '?fieldValidation=Strict',
    );
    expect(status).toBe(400);
    expect(body.message).toContain(
      'strict decoding error: unknown field "spec.nonsense"',
    );
  });

  it('fieldValidation=Warn says so in a warning header', async () => {
    const { status, headers } = await create(
      'warned',
      { size: 1, nonsense: true },
      '?fieldValidation=Warn',
    );
    expect(status).toBe(201);
    expect(headers.warning).toContain('unknown field \\"spec.nonsense\\"');
  });

  it('fieldValidation=Ignore says nothing', async () => {
    const { status, headers } = await create(
      'ignored',
      { size: 1, nonsense: true },
      '?fieldValidation=Ignore',
    );
    expect(status).toBe(201);
    expect(headers.warning).toBeUndefined();
  });

  it('fieldValidation=Strict refuses a field that stands twice', async () => {
    const { status, body } = await cluster.api.post(
      `${halls()}?fieldValidation=Strict`,
      `{"apiVersion":"${group}/v1","kind":"Hall","metadata":{"name":"twice"},"spec":{"size":1,"size":2}}`,
    );
    expect(status).toBe(400);
    expect(body.message).toContain('duplicate field "spec.size"');
  });

  it('the status is written only through its subresource', async () => {
    await create('status', { size: 1 });
    const direct = await cluster.api.patch('merge', halls('status'), {
      status: { phase: 'Direct' },
    });
    expect(direct.body.status).toBeUndefined();
    const { status, body } = await cluster.api.patch(
      'merge',
      halls('status', 'status'),
      { spec: { size: 9 }, status: { phase: 'Open' } },
    );
    expect(status).toBe(200);
    expect(body.status.phase).toBe('Open');
    expect(body.spec.size).toBe(1);
    expect(body.metadata.generation).toBe(1);
  });

  it('a status is checked against its schema', async () => {
    await create('bad-status', { size: 1 });
    const { status, body } = await cluster.api.patch(
      'merge',
      halls('bad-status', 'status'),
      { status: { phase: 5 } },
    );
    expect(status).toBe(422);
    expect(body.message).toContain('status.phase: Invalid value');
  });

  it('scale reads and writes the declared paths', async () => {
    await create('scaled', { size: 2 });
    await cluster.api.patch('merge', halls('scaled', 'status'), {
      status: { replicas: 1, selector: 'a=b' },
    });
    const { body } = await cluster.api.get(halls('scaled', 'scale'));
    expect(body).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 2 },
      status: { replicas: 1, selector: 'a=b' },
    });
    await cluster.api.patch('merge', halls('scaled', 'scale'), {
      spec: { replicas: 4 },
    });
    expect((await cluster.api.get(halls('scaled'))).body.spec.size).toBe(4);
  });

  it('the table has the declared columns', async () => {
    await create('shown', { size: 7 });
    const { body } = await cluster.api.get(halls('shown'), { Accept: TABLE });
    expect(
      body.columnDefinitions.map((each: any) => [each.name, each.priority]),
    ).toEqual([
      ['Name', 0],
      ['Size', 0],
      ['Phase', 0],
      ['Color', 1],
      ['Age', 0],
    ]);
    expect(body.rows[0].cells.slice(0, 4)).toEqual(['shown', 7, null, 'red']);
  });

  it('server-side apply merges map lists by key', async () => {
    const apply = (manager: string, rooms: object[], size?: number) =>
      cluster.api.patch(
        'apply',
        `${halls('applied')}?fieldManager=${manager}`,
        hall('applied', { ...(size && { size }), rooms }),
      );
    await apply('one', [{ key: 'a', seats: 5 }], 1);
    const { status, body } = await apply('two', [{ key: 'b', seats: 6 }]);
    expect(status).toBe(200);
    expect(body.spec.rooms).toEqual([
      { key: 'a', seats: 5 },
      { key: 'b', seats: 6 },
    ]);
  });

  it('server-side apply merges sets by value', async () => {
    const apply = (manager: string, tags: string[]) =>
      cluster.api.patch(
        'apply',
        `${halls('tagged')}?fieldManager=${manager}`,
        hall('tagged', { ...(manager === 'one' && { size: 1 }), tags }),
      );
    await apply('one', ['a']);
    const { body } = await apply('two', ['b']);
    expect(body.spec.tags).toEqual(['a', 'b']);
    const removed = await apply('one', []);
    expect(removed.body.spec.tags).toEqual(['b']);
  });

  it('a strategic merge patch is not for custom resources', async () => {
    await create('no-strategic', { size: 1 });
    const { status } = await cluster.api.patch(
      'strategic',
      halls('no-strategic'),
      { spec: { size: 2 } },
    );
    expect(status).toBe(415);
  });

  it('an update needs a resourceVersion', async () => {
    await create('versioned', { size: 1 });
    const { status, body } = await cluster.api.put(
      halls('versioned'),
      hall('versioned', { size: 2 }),
    );
    expect(status).toBe(422);
    expect(body.message).toContain(
      'metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    );
  });

  it('deletecollection works for them, too', async () => {
    await cluster.api.post(halls(), {
      ...hall('bulk', { size: 1 }),
      metadata: { name: 'bulk', labels: { bulk: 'yes' } },
    });
    await cluster.api.delete(`${halls()}?labelSelector=bulk%3Dyes`);
    expect((await cluster.api.get(halls('bulk'))).status).toBe(404);
  });

  it('discovery lists the resource with verbs, short names and categories', async () => {
    const { body } = await cluster.api.get(`/apis/${group}/v1`);
    expect(body.kind).toBe('APIResourceList');
    const resource = body.resources.find((each: any) => each.name === 'halls');
    expect(resource).toMatchObject({
      kind: 'Hall',
      singularName: 'hall',
      namespaced: true,
      shortNames: ['hal'],
      categories: ['conformance'],
    });
    expect(resource.verbs.sort()).toEqual(
      [
        'create',
        'delete',
        'deletecollection',
        'get',
        'list',
        'patch',
        'update',
        'watch',
      ].sort(),
    );
    expect(body.resources.map((each: any) => each.name)).toEqual(
      expect.arrayContaining(['halls/status', 'halls/scale']),
    );
  });

  it('OpenAPI v3 describes the resource', async () => {
    await cluster.until('the document is there', async () => {
      const { status, body } = await cluster.api.get(
        `/openapi/v3/apis/${group}/v1`,
      );
      return (
        status === 200 &&
        JSON.stringify(body.components.schemas).includes('"maxLength":5')
      );
    });
  });

  it('kubectl explain reads it', async () => {
    const result = await cluster.until('explain knows it', async () => {
      const explained = await cluster.kubectl([
        'explain',
        `halls.spec.color`,
        `--api-version=${group}/v1`,
      ]);
      return explained.status === 0 && explained;
    });
    expect(result.stdout).toContain('FIELD: color <string>');
  });

  describe('definitions', () => {
    it.each([
      [
        'a name that is not plural and group',
        (crd: any) => {
          crd.metadata.name = `other.${group}`;
        },
        'metadata.name: Invalid value',
      ],
      [
        'two storage versions',
        (crd: any) => {
          crd.spec.versions.push({
            ...crd.spec.versions[0],
            name: 'v2',
          });
        },
        'must have exactly one version marked as storage version',
      ],
      [
        'a schema without a type',
        (crd: any) => {
          crd.spec.versions[0].schema.openAPIV3Schema = {
            type: 'object',
            properties: { spec: { properties: {} } },
          };
        },
        'type: Required value: must not be empty for specified object fields',
      ],
      [
        'no schema at all',
        (crd: any) => {
          delete crd.spec.versions[0].schema;
        },
        'schema.openAPIV3Schema: Required value',
      ],
      [
        'a default that its own schema refuses',
        (crd: any) => {
          crd.spec.versions[0].schema.openAPIV3Schema = {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { a: { type: 'string', default: 5 } },
              },
            },
          };
        },
        'default: Invalid value: "integer"',
      ],
      [
        'a rule that does not compile',
        (crd: any) => {
          crd.spec.versions[0].schema.openAPIV3Schema = {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: { a: { type: 'string' } },
                'x-kubernetes-validations': [{ rule: 'self.b == 1' }],
              },
            },
          };
        },
        'compilation failed',
      ],
      [
        'a pattern that is no regular expression',
        (crd: any) => {
          crd.spec.versions[0].schema.openAPIV3Schema = {
            type: 'object',
            properties: { spec: { type: 'string', pattern: '(' } },
          };
        },
        'pattern',
      ],
      [
        'an unknown scope',
        (crd: any) => {
          crd.spec.scope = 'Galactic';
        },
        'spec.scope: Unsupported value: "Galactic"',
      ],
    ])('with %s are refused', async (_, change, message) => {
      const { status, body } = await cluster.api.post(
        definitions,
        definition('Broken', change),
      );
      expect(status).toBe(422);
      expect(body.message).toContain(message);
    });

    it('a second definition for one kind is not accepted', async () => {
      const crd = definition('Hall', each => {
        each.metadata.name = `auditoria.${group}`;
        each.spec.names.plural = 'auditoria';
        each.spec.names.singular = 'auditorium';
      });
      await cluster.api.post(definitions, crd);
      made.push(crd.metadata.name);
      const condition = await cluster.until('it is judged', async () => {
        const { body } = await cluster.api.get(
          `${definitions}/${crd.metadata.name}`,
        );
        return body.status?.conditions?.find(
          (each: any) => each.type === 'NamesAccepted',
        );
      });
      expect(condition).toMatchObject({ status: 'False' });
    });

    it('several versions serve the same objects', async () => {
      await install(
        definition('Stage', crd => {
          crd.spec.versions.push({
            ...crd.spec.versions[0],
            name: 'v2',
            storage: false,
          });
        }),
      );
      await cluster.api.post(cluster.group(`${group}/v1`, 'stages'), {
        apiVersion: `${group}/v1`,
        kind: 'Stage',
        metadata: { name: 'both' },
        spec: { size: 1 },
      });
      const { body } = await cluster.api.get(
        cluster.group(`${group}/v2`, 'stages', 'both'),
      );
      expect(body.apiVersion).toBe(`${group}/v2`);
      expect(body.spec.size).toBe(1);
    });

    it('a cluster-scoped kind has no namespace', async () => {
      await install(
        definition('Theatre', crd => {
          crd.spec.scope = 'Cluster';
        }),
      ).catch(() => undefined);
      const answer = await cluster.until('it is served', async () => {
        const created = await cluster.api.post(`/apis/${group}/v1/theatres`, {
          apiVersion: `${group}/v1`,
          kind: 'Theatre',
          metadata: { name: 'globe' },
          spec: { size: 1 },
        });
        return created.status === 201 && created;
      });
      expect(answer.body.metadata.namespace).toBeUndefined();
    });

    it('deleting a definition deletes its objects', async () => {
      await install(definition('Prop'));
      await cluster.api.post(cluster.group(`${group}/v1`, 'props'), {
        apiVersion: `${group}/v1`,
        kind: 'Prop',
        metadata: { name: 'skull' },
        spec: { size: 1 },
      });
      await cluster.api.delete(`${definitions}/props.${group}`);
      await cluster.until('it is served no more', async () => {
        const { status } = await cluster.api.get(
          cluster.group(`${group}/v1`, 'props'),
        );
        return status === 404;
      });
    });
  });
});
