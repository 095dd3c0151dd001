import type { SessionOverrides as WrittenOverrides } from '@greenroom/kinds';
import type {
  SessionInput,
  SessionOpening,
  SessionOverrides,
} from '@greenroom/protocol';
import type { Assembly } from '../../assembly/AgentAssembler';
import { LinkClosedError, type SidecarLink } from '../../ingest/SidecarLink';
import { policiesDigest } from '../../settings/effectivePolicies';
import type { ControllerServices } from '../ControllerServices';

/** Why a sidecar did not take a session or an input. */
export interface ChannelRefusal {
  readonly reason: string;
  readonly message: string;
}

/** Something that is sent into a session once. */
export interface ChannelInput {
  readonly id: string;
  readonly text: string;
  readonly actor: SessionInput['actor'];
}

/**
 * Opens sessions in sidecars and sends inputs into them, off the reconcile path. Each is sent once per connection; sidecars
 * remember ids, so what is sent again after a break is taken once.
 */
export class SessionChannel {
  /** By session or input: the link it was sent over. */
  private readonly sent = new Map<string, SidecarLink>();
  private readonly refusals = new Map<string, ChannelRefusal>();

  constructor(private readonly services: ControllerServices) {}

  /** Why the session or the input with this id was not taken. */
  refusal(id: string): ChannelRefusal | undefined {
    return this.refusals.get(id);
  }

  /** Opens a session, then sends the input if there is one; `wake` is called when the sidecar refused or is gone. */
  async send(
    link: SidecarLink,
    opening: SessionOpening,
    input: ChannelInput | undefined,
    wake: () => void,
  ): Promise<void> {
    const { session_id: sessionId } = opening;
    const id = input?.id ?? sessionId;
    if (this.sent.get(id) === link) return;
    this.sent.set(id, link);
    try {
      const opened = await link.openSession(opening);
      if (opened.state !== 'open') {
        this.refuse(id, opened, wake);
        return;
      }
      if (!input) return;
      const taken = await link.send({
        ...input,
        session_id: sessionId,
        kind: 'message',
      });
      if (taken.state === 'failed' || taken.state === 'expired')
        this.refuse(id, taken, wake);
    } catch (error) {
      this.sent.delete(id);
      if (!(error instanceof LinkClosedError))
        this.services.log.warn(
          { err: error, sessionId },
          'an input was not handed over',
        );
      wake();
    }
  }

  /** Aborts what a session does. */
  cancel(sessionId: string, reason: string): void {
    try {
      this.services.links.bySession(sessionId)?.cancel(sessionId, reason);
    } catch (error) {
      if (!(error instanceof LinkClosedError)) throw error;
    }
  }

  /** Ends a session. */
  close(sessionId: string, reason: string): void {
    this.services.links
      .bySession(sessionId)
      ?.closeSession(sessionId, reason)
      .catch(error =>
        this.services.log.debug(
          { err: error, sessionId },
          'a session was not closed',
        ),
      );
  }

  forget(...ids: string[]): void {
    for (const id of ids) {
      this.sent.delete(id);
      this.refusals.delete(id);
    }
  }

  /** What opens a session of an agent. */
  opening(
    { agent, settings }: Assembly,
    session: Omit<SessionOpening, 'genesis' | 'overrides'> & {
      overrides?: WrittenOverrides;
    },
  ): SessionOpening {
    const { clusterUid, keyId } = this.services;
    const { overrides, ...rest } = session;
    return {
      ...rest,
      genesis: {
        cluster_uid: clusterUid,
        agent_uid: agent.uid,
        key_id: keyId,
        policy_digest: policiesDigest(settings.policies),
      },
      ...(overrides ? { overrides: overridesOf(overrides) } : {}),
    };
  }

  private refuse(
    id: string,
    { reason, message }: { reason?: string; message?: string },
    wake: () => void,
  ): void {
    // A session that ended while this was on its way shows in its events.
    if (reason === 'RuntimeBusy') {
      this.sent.delete(id);
      setTimeout(wake, 200).unref();
      return;
    }
    this.refusals.set(id, {
      reason: reason ?? 'NotDelivered',
      message: message ?? 'The runtime did not take it.',
    });
    wake();
  }
}

function overridesOf(written: WrittenOverrides): SessionOverrides {
  const { model, systemMessage, disabledSkills, customAgents, toolsConfig } =
    written;
  return {
    ...(model ? { model } : {}),
    ...(systemMessage ? { system_message: systemMessage } : {}),
    ...(disabledSkills ? { disabled_skills: disabledSkills } : {}),
    ...(customAgents
      ? { custom_agents: customAgents as SessionOverrides['custom_agents'] }
      : {}),
    ...(toolsConfig
      ? { tools_config: toolsConfig as SessionOverrides['tools_config'] }
      : {}),
  };
}
