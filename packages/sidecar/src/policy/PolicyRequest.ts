import type { JsonObject, PolicySubject } from '@greenroom/protocol';
import { canonicalText } from './canonicalText';

/** Something that an agent wants to do, as Policies see it. What a subject does not have stays unset. */
export interface PolicyRequest {
  about: PolicySubject;
  /** Name of the bound Tool. For `tool`. */
  tool?: string;
  /** Name of the tool's function. For `tool`. */
  function?: string;
  /** The real arguments, not their redacted copy. For `tool` and `invoke`. */
  arguments?: JsonObject;
  /** Host name or address, without port; as it will be connected to. For `egress` and `credential`. */
  host?: string;
  port?: number;
  /** Of an HTTP request whose inside can be seen. */
  method?: string;
  path?: string;
  /** Name of the credential. For `credential`. */
  credential?: string;
  /** What the model is told. For `prompt`. */
  prompt?: string;
  /** Name of the model. For `prompt`. */
  model?: string;
  /** The command line. For `shell`. */
  command?: string;
  /** The agent that is called, as `<namespace>/<name>`. For `invoke`. */
  agent?: string;
}

/** `request` as a rule's `when` sees it. */
export function requestFields(request: PolicyRequest): Record<string, unknown> {
  return {
    about: request.about,
    tool: request.tool ?? '',
    function: request.function ?? '',
    arguments: request.arguments ?? {},
    host: request.host ?? '',
    port: request.port ?? 0,
    method: request.method ?? '',
    path: request.path ?? '',
    credential: request.credential ?? '',
    prompt: request.prompt ?? '',
    model: request.model ?? '',
    command: request.command ?? '',
    agent: request.agent ?? '',
  };
}

/** The text that a rule's patterns are tried on. @throws RangeError for arguments that are nested too deep */
export function requestText(request: PolicyRequest): string {
  switch (request.about) {
    case 'tool':
    case 'invoke':
      return canonicalText(request.arguments ?? {});
    case 'prompt':
      return request.prompt ?? '';
    case 'shell':
      return request.command ?? '';
    default:
      return `${hostAndPort(request)}${request.path ?? ''}`;
  }
}

/** What is asked for, in a word or two: for events and sentences. */
export function requestTarget(request: PolicyRequest): string {
  const target = {
    tool: `${request.tool}/${request.function}`,
    invoke: request.agent,
    prompt: request.model ?? 'the model',
    shell: request.command,
    egress: hostAndPort(request),
    credential: `${request.credential} for ${hostAndPort(request)}`,
  }[request.about];
  return (target || request.about).slice(0, 1_024);
}

function hostAndPort({ host = '', port }: PolicyRequest): string {
  return port === undefined ? host : `${host}:${port}`;
}
