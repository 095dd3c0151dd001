import { randomUUID } from 'node:crypto';
import type { Json, KubernetesObject } from '../../store/KubernetesObject';
import type {
  AdmissionPlugin,
  AdmissionRequest,
} from '../admission/AdmissionChain';
import { ApiError, internalError } from '../errors/ApiError';
import { decodeObject } from '../handlers/decodeObject';
import { jsonPatch } from '../patch/jsonPatch';
import { callWebhook, WebhookError } from './callWebhook';
import { matchWebhook, requestVariable } from './matchWebhook';

const registration = 'admissionregistration.k8s.io';

/** Asks the webhooks that configurations in the cluster name: first those that change objects, then those that judge. */
export const admissionWebhooks: AdmissionPlugin = {
  async mutate(request) {
    const { object } = request;
    const webhooks = configured(request, 'mutatingwebhookconfigurations');
    if (!webhooks.length) return;
    const asked = new Map<Json, string>();
    for (const webhook of webhooks) {
      if (!(await wants(webhook, request))) continue;
      await mutateWith(webhook, request);
      asked.set(webhook, JSON.stringify(object));
    }
    // Those that ask for it see the object again if a later one changed it.
    for (const [webhook, seen] of asked) {
      if (webhook.reinvocationPolicy !== 'IfNeeded' || !object) continue;
      if (JSON.stringify(object) !== seen) await mutateWith(webhook, request);
    }
  },
  async validate(request) {
    const webhooks = configured(request, 'validatingwebhookconfigurations');
    const wanted: Json[] = [];
    for (const webhook of webhooks)
      if (await wants(webhook, request)) wanted.push(webhook);
    const outcomes = await Promise.allSettled(
      wanted.map(webhook => ask(webhook, request)),
    );
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') throw outcome.reason;
  },
};

function configured({ machinery }: AdmissionRequest, plural: string): Json[] {
  return machinery.store
    .list(`${registration}/${plural}`)
    .flatMap(({ webhooks }) => webhooks ?? []);
}

async function wants(
  webhook: Json,
  request: AdmissionRequest,
): Promise<boolean> {
  try {
    return matchWebhook(webhook, request);
  } catch (error) {
    if (webhook.failurePolicy === 'Ignore') return false;
    throw new ApiError(
      403,
      'Forbidden',
      `admission webhook "${webhook.name}" could not be matched: ${
        (error as Error).message
      }`,
    );
  }
}

async function mutateWith(
  webhook: Json,
  request: AdmissionRequest,
): Promise<void> {
  const response = await ask(webhook, request);
  if (!response?.patch || !request.object) return;
  const { object, resource } = request;
  if (response.patchType !== 'JSONPatch') {
    throw internalError(
      `admission webhook "${webhook.name}" sent a patch of type ${response.patchType}; only JSONPatch is known`,
    );
  }
  let patched: Json;
  try {
    patched = jsonPatch(
      object,
      JSON.parse(Buffer.from(response.patch, 'base64').toString('utf8')),
    );
  } catch (error) {
    throw internalError(
      `admission webhook "${webhook.name}" sent a patch that does not apply: ${
        (error as Error).message
      }`,
    );
  }
  const decoded = decodeObject(resource, patched, {
    validation: 'Ignore',
    duplicates: [],
    warn: () => {},
  });
  // The chain holds on to the object itself.
  for (const key of Object.keys(object)) delete (object as Json)[key];
  Object.assign(object, decoded);
}

/** The webhook's answer; `undefined` if it failed and may. @throws ApiError if it refuses */
async function ask(
  webhook: Json,
  request: AdmissionRequest,
): Promise<Json | undefined> {
  if (
    request.dryRun &&
    !['None', 'NoneOnDryRun'].includes(webhook.sideEffects)
  ) {
    throw new ApiError(
      400,
      'BadRequest',
      `admission webhook "${webhook.name}" does not support dry run`,
    );
  }
  let response: Json;
  try {
    response = await callWebhook(request.machinery, webhook, reviewOf(request));
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error;
    if (webhook.failurePolicy === 'Ignore') return undefined;
    throw internalError(
      `failed calling webhook "${webhook.name}": failed to call webhook: ${error.message}`,
    );
  }
  for (const each of response.warnings ?? []) request.warn(each);
  if (response.allowed) return response;
  throw denied(webhook.name, response.status ?? {});
}

function reviewOf(request: AdmissionRequest): Json {
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: randomUUID(),
      ...requestVariable(request),
      object: shown(request.object),
      oldObject: shown(request.old),
    },
  };
}

function shown(object: KubernetesObject | undefined): Json {
  return object ?? null;
}

function denied(name: string, status: Json): ApiError {
  const prefix = `admission webhook "${name}" denied the request`;
  const why = status.message || status.reason;
  // A refusal that names no code of its own is a bad request.
  const code = status.code >= 400 ? status.code : 400;
  return new ApiError(
    code,
    status.reason || '',
    why ? `${prefix}: ${why}` : `${prefix} without explanation`,
    status.details,
  );
}
