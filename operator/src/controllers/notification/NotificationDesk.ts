import { ApiError } from '@greenroom/controller-runtime';
import { labels, managedByGreenroom, Notification } from '@greenroom/kinds';
import type { IngestParams, IngestResult } from '@greenroom/protocol';
import { v7 } from 'uuid';
import { indexes } from '../../cluster/ClusterView';
import type { SidecarLink } from '../../ingest/SidecarLink';
import { ownerReference } from '../../pods/ownedObject';
import { shortDigest } from '../../pods/podMetadata';
import type { ControllerServices } from '../ControllerServices';

const longestMessage = 32_768;

/** Makes the Notifications that agents ask for. */
export class NotificationDesk {
  constructor(private readonly services: ControllerServices) {}

  /** Idempotent by `request_id`, where the request has one. */
  async notify(
    link: SidecarLink,
    request: IngestParams<'notify'>,
  ): Promise<IngestResult<'notify'>> {
    const { client, view } = this.services;
    const { namespace } = link.pod;
    const agent = link.pod.labels[labels.agent];
    const [task] = view.tasks.byIndex(indexes.bySessionId, request.session_id);
    const owner = agent
      ? view.agents.get({ namespace, name: agent })
      : undefined;
    const name = `${link.pod.agent.slice(0, 200)}-${shortDigest(
      `${request.session_id}/${request.request_id ?? v7()}`,
    )}`;
    const notification = {
      apiVersion: Notification.apiVersion,
      kind: 'Notification' as const,
      metadata: {
        name,
        namespace,
        labels: {
          ...(agent ? { [labels.agent]: agent } : {}),
          [labels.session]: request.session_id,
          [labels.managedBy]: managedByGreenroom,
        },
        ...(owner ? { ownerReferences: [ownerReference(owner)] } : {}),
      },
      spec: {
        agentRef: { name: link.pod.agent },
        sessionID: request.session_id,
        message: request.message.slice(0, longestMessage),
        notificationType: request.type ?? 'info',
        ...(request.title ? { title: request.title.slice(0, 256) } : {}),
        ...(task ? { taskRef: { name: task.metadata.name } } : {}),
        ...(request.recipients?.length
          ? { recipients: [...new Set(request.recipients)].slice(0, 64) }
          : {}),
      },
    };
    try {
      await client.create(Notification, notification as never);
    } catch (error) {
      if (!ApiError.isAlreadyExists(error)) throw error;
    }
    return { name };
  }
}
