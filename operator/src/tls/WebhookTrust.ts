import {
  done,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
  type Cache,
  type Controller,
  type KubeClient,
  type Manager,
  type ReconcileResult,
  type Reconciler,
  type ResourceType,
} from '@greenroom/controller-runtime';
import type { CertificateStore } from './CertificateStore';

/** Name of both webhook configurations. */
export const WEBHOOK_CONFIGURATION = 'greenroom-operator';
const FIELD_SELECTOR = `metadata.name=${WEBHOOK_CONFIGURATION}`;

type WebhookConfiguration =
  | MutatingWebhookConfiguration
  | ValidatingWebhookConfiguration;

/** Keeps the operator's authority in the webhook configurations, whoever applies them without it. */
export class WebhookTrust implements Reconciler {
  readonly #client: KubeClient;
  readonly #cache: Cache;
  readonly #certificates: CertificateStore;
  readonly #url: string | undefined;

  constructor(options: {
    client: KubeClient;
    cache: Cache;
    certificates: CertificateStore;
    /** Base URL where webhooks are not reached through the Service. */
    url?: string;
  }) {
    this.#client = options.client;
    this.#cache = options.cache;
    this.#certificates = options.certificates;
    this.#url = options.url;
  }

  addTo(manager: Manager): Controller {
    const controller = manager.controller({
      name: 'webhook-trust',
      reconciler: this,
      workers: 1,
    });
    const key = { name: WEBHOOK_CONFIGURATION };
    for (const type of [
      MutatingWebhookConfiguration,
      ValidatingWebhookConfiguration,
    ]) {
      controller.watches(type as ResourceType, () => [key], {
        informer: { fieldSelector: FIELD_SELECTOR },
      });
    }
    this.#certificates.onChange(() => controller.enqueue(key));
    return controller;
  }

  async reconcile(): Promise<ReconcileResult> {
    await this.#trust(MutatingWebhookConfiguration);
    await this.#trust(ValidatingWebhookConfiguration);
    return done;
  }

  async #trust<T extends WebhookConfiguration>(
    type: ResourceType<T>,
  ): Promise<void> {
    const informer = this.#cache.informer(type, {
      fieldSelector: FIELD_SELECTOR,
    });
    const configuration = informer.get({ name: WEBHOOK_CONFIGURATION });
    if (!configuration) return;
    const patch = trustPatch(
      configuration,
      this.#certificates.current.ca,
      this.#url,
    );
    if (!patch.length) return;
    const key = { name: WEBHOOK_CONFIGURATION };
    informer.observe(await this.#client.patch(type, key, 'json', patch));
  }
}

/** The JSON patch that gives each webhook the authority, and the URL where there is one; empty if they have it. */
export function trustPatch(
  configuration: WebhookConfiguration,
  ca: string,
  url?: string,
): object[] {
  const caBundle = Buffer.from(ca).toString('base64');
  const patch: object[] = [];
  for (const [index, webhook] of (configuration.webhooks ?? []).entries()) {
    const { clientConfig, name } = webhook;
    const path = `/webhooks/${index}/clientConfig`;
    const wantedUrl =
      url && url + (clientConfig.service?.path ?? pathOf(clientConfig.url));
    if (
      clientConfig.caBundle === caBundle &&
      clientConfig.url === (wantedUrl ?? clientConfig.url)
    ) {
      continue;
    }
    // The list may have changed since it was read.
    patch.push({ op: 'test', path: `/webhooks/${index}/name`, value: name });
    patch.push(
      wantedUrl
        ? { op: 'replace', path, value: { url: wantedUrl, caBundle } }
        : { op: 'add', path: `${path}/caBundle`, value: caBundle },
    );
  }
  return patch;
}

function pathOf(url: string | undefined): string {
  return url ? new URL(url).pathname : '';
}
