import { createHash } from 'node:crypto';
import { builtInSchemas } from '../../schemas/builtInTypes';
import { kubernetesVersion } from '../../schemas/definitions.generated';
import type { JsonSchema } from '../../schemas/JsonSchema';
import type { Json } from '../../store/KubernetesObject';
import type { ResourceRegistry } from '../resources/ResourceRegistry';
import type { ServedResource } from '../resources/ServedResource';

const prefix = '#/components/schemas/';
const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const listMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';

const writeParameters: Json[] = [
  'dryRun',
  'fieldManager',
  'fieldValidation',
].map(name => ({
  name,
  in: 'query',
  schema: { type: 'string', uniqueItems: true },
}));

/** The OpenAPI documents of what is served; each is made when it is first asked for and again when kinds change. */
export class OpenApiDocuments {
  private readonly texts = new Map<
    string,
    { generation: number; text: string }
  >();

  constructor(private readonly registry: ResourceRegistry) {}

  /** `GET /openapi/v3`: where the document of each group's version is. */
  index(): Json {
    const paths: Record<string, Json> = {};
    for (const [group, versions] of this.registry.groups()) {
      for (const version of versions) {
        const path = group ? `apis/${group}/${version}` : `api/${version}`;
        paths[path] = {
          serverRelativeURL: `/openapi/v3/${path}?hash=${this.hashOf(
            group,
            version,
          )}`,
        };
      }
    }
    return { paths };
  }

  /** `GET /openapi/v3/<path>`, as JSON text. */
  document(group: string, version: string): string | undefined {
    if (!this.registry.groups().get(group)?.includes(version)) return undefined;
    return this.cached(`v3 ${group}/${version}`, () => {
      const resources = this.registry.of(group, version);
      return {
        openapi: '3.0.0',
        info: { title: 'Kubernetes', version: kubernetesVersion },
        paths: Object.assign({}, ...resources.map(pathsOf)),
        components: { schemas: schemasOf(resources) },
      };
    });
  }

  /** `GET /openapi/v2`, as JSON text: everything in one document. */
  swagger(): string {
    return this.cached('v2', () => {
      const resources = this.registry.all();
      const schemas = {
        ...builtInSchemas(),
        ...schemasOf(resources.filter(each => each.custom)),
      };
      return {
        swagger: '2.0',
        info: { title: 'Kubernetes', version: kubernetesVersion },
        paths: Object.assign({}, ...resources.map(pathsOf)),
        definitions: Object.fromEntries(
          Object.entries(schemas).map(([name, schema]) => [
            name,
            toSwagger(schema),
          ]),
        ),
      };
    });
  }

  private hashOf(group: string, version: string): string {
    const resources = this.registry.of(group, version);
    const seed = JSON.stringify(
      resources.map(each => [
        each.plural,
        each.custom ? each.schema : kubernetesVersion,
      ]),
    );
    return createHash('sha256').update(seed).digest('hex').toUpperCase();
  }

  private cached(key: string, make: () => Json): string {
    const { generation } = this.registry;
    const known = this.texts.get(key);
    if (known?.generation === generation) return known.text;
    const text = JSON.stringify(make());
    this.texts.set(key, { generation, text });
    return text;
  }
}

/** The schemas of the resources with all they refer to. */
function schemasOf(resources: ServedResource[]): Record<string, JsonSchema> {
  const builtIn = builtInSchemas();
  const result: Record<string, JsonSchema> = {};
  const wanted = ['DeleteOptions', 'Status'].map(
    each => `io.k8s.apimachinery.pkg.apis.meta.v1.${each}`,
  );
  for (const resource of resources) {
    if (resource.custom) {
      result[resource.schemaName] = customSchema(resource);
      result[`${resource.schemaName}List`] = customListSchema(resource);
      wanted.push(objectMeta, listMeta);
    } else {
      wanted.push(resource.schemaName, `${resource.schemaName}List`);
      if (resource.scale) wanted.push('io.k8s.api.autoscaling.v1.Scale');
    }
  }
  while (wanted.length) {
    const name = wanted.pop()!;
    if (result[name] || !builtIn[name]) continue;
    result[name] = builtIn[name];
    collectReferences(builtIn[name], wanted);
  }
  return result;
}

function collectReferences(schema: Json, into: string[]): void {
  if (Array.isArray(schema)) {
    for (const each of schema) collectReferences(each, into);
  } else if (schema && typeof schema === 'object') {
    if (typeof schema.$ref === 'string')
      into.push(schema.$ref.slice(prefix.length));
    for (const each of Object.values(schema)) collectReferences(each, into);
  }
}

function customSchema({
  schema = { type: 'object' },
  group,
  version,
  kind,
}: ServedResource): JsonSchema {
  const { apiVersion, kind: kindSchema } =
    builtInSchemas()['io.k8s.api.core.v1.Pod'].properties!;
  return {
    ...schema,
    ...(schema.type && {
      properties: {
        ...schema.properties,
        apiVersion,
        kind: kindSchema,
        metadata: {
          description:
            "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
          allOf: [{ $ref: `${prefix}${objectMeta}` }],
        },
      },
    }),
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
  };
}

function customListSchema({
  group,
  version,
  kind,
  listKind,
  schemaName,
}: ServedResource): JsonSchema {
  return {
    description: `${listKind} is a list of ${kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      items: {
        type: 'array',
        items: { allOf: [{ $ref: `${prefix}${schemaName}` }] },
      },
      metadata: { allOf: [{ $ref: `${prefix}${listMeta}` }] },
    },
    'x-kubernetes-group-version-kind': [{ group, version, kind: listKind }],
  };
}

function pathsOf(resource: ServedResource): Record<string, Json> {
  const { group, version, kind, plural, namespaced, schemaName } = resource;
  const base = group ? `/apis/${group}/${version}` : `/api/${version}`;
  const collection = namespaced
    ? `${base}/namespaces/{namespace}/${plural}`
    : `${base}/${plural}`;
  const gvk = { group, version, kind };
  const operation = (
    action: string,
    parameters: Json[] = [],
    list = false,
  ): Json => ({
    description: `${action} ${kind}`,
    operationId: `${action}${group.replace(/\W/g, '')}${version}${
      namespaced ? 'Namespaced' : ''
    }${kind}`,
    parameters,
    responses: {
      200: {
        description: 'OK',
        content: {
          'application/json': {
            schema: { $ref: `${prefix}${schemaName}${list ? 'List' : ''}` },
          },
        },
      },
    },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  });
  const body = (content: string): Json => ({
    requestBody: {
      content: { [content]: { schema: { $ref: `${prefix}${schemaName}` } } },
      required: true,
    },
  });
  const item = {
    get: operation('get'),
    put: { ...operation('put', writeParameters), ...body('*/*') },
    patch: {
      ...operation('patch', [
        ...writeParameters,
        {
          name: 'force',
          in: 'query',
          schema: { type: 'boolean', uniqueItems: true },
        },
      ]),
      ...body('application/apply-patch+yaml'),
    },
    delete: operation('delete'),
  };
  return {
    [collection]: {
      get: operation('list', [], true),
      post: { ...operation('post', writeParameters), ...body('*/*') },
    },
    [`${collection}/{name}`]: item,
    ...(resource.hasStatus && {
      [`${collection}/{name}/status`]: {
        get: item.get,
        put: item.put,
        patch: item.patch,
      },
    }),
  };
}

/** OpenAPI v2 has no `oneOf`, no `nullable` and no `allOf` around references. */
function toSwagger(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(toSwagger);
  if (!schema || typeof schema !== 'object') return schema;
  if (schema.$ref || (schema.allOf?.length === 1 && schema.allOf[0].$ref)) {
    const ref: string = schema.$ref ?? schema.allOf[0].$ref;
    return {
      $ref: ref.replace(prefix, '#/definitions/'),
      ...(schema.description && { description: schema.description }),
    };
  }
  const {
    oneOf,
    anyOf,
    not: _,
    nullable: __,
    default: ___,
    allOf: ____,
    ...rest
  } = schema;
  if ((oneOf || anyOf) && !rest.type) rest.type = 'string';
  return Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, swaggerValue(key, value)]),
  );
}

function swaggerValue(key: string, value: Json): Json {
  if (key === 'items' || key === 'additionalProperties')
    return toSwagger(value);
  if (key !== 'properties') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, toSwagger(each)]),
  );
}
