import type { IncomingMessage } from 'node:http';
import { kubernetesVersion } from '../../schemas/definitions.generated';
import type { Json } from '../../store/KubernetesObject';
import {
  issuer,
  type ServiceAccountTokens,
} from '../auth/ServiceAccountTokens';
import { methodNotAllowed, pathNotFound } from '../errors/ApiError';
import { ok, type Reply } from '../http/Reply';
import type { RequestInfo } from '../http/RequestInfo';
import type { ResourceRegistry } from '../resources/ResourceRegistry';
import {
  aggregatedDiscovery,
  coreVersions,
  groupDocument,
  groupList,
  resourceList,
} from './discoveryDocuments';
import { OpenApiDocuments } from './openApi';

/** Answers what lies outside of resources: discovery, OpenAPI, version and health. */
export class PathAnswers {
  private readonly openApi: OpenApiDocuments;

  constructor(
    private readonly registry: ResourceRegistry,
    private readonly tokens: ServiceAccountTokens,
  ) {
    this.openApi = new OpenApiDocuments(registry);
  }

  /** @throws ApiError */
  async answer(
    request: IncomingMessage,
    { path, verb }: RequestInfo,
  ): Promise<Reply> {
    if (verb !== 'get' && verb !== 'head') throw methodNotAllowed();
    const { registry } = this;
    const wantsAggregated = /as=APIGroupDiscoveryList/.test(
      request.headers.accept ?? '',
    );
    const aggregated = (isCore: boolean): Reply => ({
      status: 200,
      body: aggregatedDiscovery(registry, isCore),
      contentType:
        'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    });
    const parts = path.split('/').filter(Boolean);
    switch (parts[0]) {
      case undefined:
        return ok({
          paths: [
            '/api',
            '/apis',
            '/healthz',
            '/livez',
            '/openapi/v2',
            '/openapi/v3',
            '/readyz',
            '/version',
          ],
        });
      case 'healthz':
      case 'livez':
      case 'readyz':
        return {
          status: 200,
          body: undefined,
          text: 'ok',
          contentType: 'text/plain; charset=utf-8',
        };
      case 'version':
        return ok(versionDocument());
      case 'api':
        if (parts.length === 1) {
          return wantsAggregated
            ? aggregated(true)
            : ok(coreVersions(request.headers.host ?? ''));
        }
        return this.found(resourceList(registry, '', parts[1]));
      case 'apis':
        if (parts.length === 1)
          return wantsAggregated ? aggregated(false) : ok(groupList(registry));
        return this.found(
          parts.length === 2
            ? groupDocument(registry, parts[1])
            : resourceList(registry, parts[1], parts[2]),
        );
      case '.well-known':
        return ok({
          issuer,
          jwks_uri: `${issuer}/openid/v1/jwks`,
          response_types_supported: ['id_token'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['ES256'],
        });
      case 'openid':
        return {
          status: 200,
          body: await this.tokens.keySet(),
          contentType: 'application/jwk-set+json',
        };
      case 'openapi':
        return this.answerOpenApi(parts);
      default:
        throw pathNotFound();
    }
  }

  private answerOpenApi(parts: string[]): Reply {
    const json = 'application/json';
    if (parts[1] === 'v2') {
      return {
        status: 200,
        body: undefined,
        text: this.openApi.swagger(),
        contentType: json,
      };
    }
    if (parts[1] !== 'v3') throw pathNotFound();
    if (parts.length === 2) return ok(this.openApi.index());
    const [group, version] =
      parts[2] === 'api' ? ['', parts[3]] : [parts[3], parts[4]];
    const text = this.openApi.document(group, version);
    if (text === undefined) throw pathNotFound();
    return { status: 200, body: undefined, text, contentType: json };
  }

  private found(document: Json | undefined): Reply {
    if (!document) throw pathNotFound();
    return ok(document);
  }
}

function versionDocument(): Json {
  const [, major, minor] = /^v(\d+)\.(\d+)/.exec(kubernetesVersion)!;
  return {
    major,
    minor,
    gitVersion: kubernetesVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: '',
    compiler: 'devcluster',
    platform: `${process.platform}/${
      process.arch === 'x64' ? 'amd64' : process.arch
    }`,
  };
}
