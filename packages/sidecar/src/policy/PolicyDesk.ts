import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  toCanonicalValue,
  type AgentSettings,
  type JsonObject,
} from '@greenroom/protocol';
import { v5, v7 } from 'uuid';
import type { Answer } from '../approvals/Approvals';
import type { HeldSession } from '../log/HeldSession';
import { shortenPayload } from '../pipeline/shortenPayload';
import type { SidecarServices } from '../SidecarServices';
import type { CompiledPolicy } from './CompiledPolicy';
import { compilePolicy } from './compilePolicy';
import { decidePolicy } from './decidePolicy';
import type {
  ApprovalDemand,
  DecidingRule,
  PolicyDecision,
} from './PolicyDecision';
import {
  decideDemands,
  demandKey,
  isOfPolicy,
  type Demand,
} from './decideDemands';
import { requestTarget, type PolicyRequest } from './PolicyRequest';
import { RememberedApprovals } from './RememberedApprovals';
import { restoreShown } from './restoreShown';

/** How a request is brought through its policies. */
export interface EnforceOptions {
  /** Equal for a request that is repeated: people are then asked once. */
  id?: string;
  /** What will be done, in words, for who decides; made from the request when unset. */
  action?: string;
  /** The agent's own wish: never ask, ask each time, or as the Policies say (default). A Policy's demand is never skipped. */
  approval?: 'Never' | 'Always' | 'Policy';
  /** Ends the waiting. */
  signal?: AbortSignal;
  /** Called when people are asked, and every few seconds while they think. */
  onWaiting?(message: string): void;
}

/** What whoever agrees must know of it. */
const MEMORY: Record<ApprovalDemand['remember'], string> = {
  None: '',
  Session: ' To agree holds for the same call in this session.',
  Agent: ' To agree holds for the same call in all sessions of this agent.',
};

/** Whether a request may be carried out, and with which arguments. */
export type Permit =
  | { allowed: true; request: PolicyRequest }
  | { allowed: false; message: string };

/** What the desk works with. */
export type PolicyDeskOptions = Pick<
  SidecarServices,
  'settings' | 'approvals' | 'secrets' | 'emit' | 'config'
>;

/** Namespace of the ids of approvals that are asked for here. */
const REQUEST_IDS = '3c1d7a52-0f55-4d0e-9a3f-6f0a8a5b6f17';
/** Below the minute after which clients give a call up that says nothing. */
const PROGRESS_MS = 10_000;
/** An Approval is an object of the cluster, where 1.5 MiB are the most; larger arguments are shown shortened. */
const LARGEST_SHOWN_BYTES = 64 * 1024;

/** Judges what the agent wants to do by the Policies in force, asks people where they say so, and records what was refused. */
export class PolicyDesk {
  private readonly remembered: RememberedApprovals;
  private compiled = new Map<string, Promise<CompiledPolicy>>();

  constructor(private readonly options: PolicyDeskOptions) {
    this.remembered = new RememberedApprovals(
      join(options.config.stateDir, 'remembered-approvals.json'),
    );
  }

  /** What the Policies in force say; asks nobody and records nothing. Never throws: what cannot be decided is denied. */
  async decide(request: PolicyRequest): Promise<PolicyDecision> {
    const { settings } = this.options;
    if (!settings.isKnown) {
      return {
        act: 'Deny',
        message:
          'The operator has not sent the Policies yet. Try again when the pod is ready.',
        audits: [],
      };
    }
    const { policies, policy_default } = settings.current;
    return decidePolicy(request, await this.compile(policies), policy_default);
  }

  /**
   * Brings a request through everything the Policies want: refusal, record, people's agreement. Whoever asks carries out the
   * request of the permit, which may have arguments that a person edited.
   *
   * @throws RequestEndedError when turn or session ends before people answered
   */
  async enforce(
    session: HeldSession,
    request: PolicyRequest,
    options: EnforceOptions = {},
  ): Promise<Permit> {
    const id = options.id ?? v7();
    const granted = new Set<string>();
    let current = request;
    let judged: PolicyRequest | undefined;
    for (;;) {
      // Also after people agreed: the Policies may have changed while they thought.
      const decision = await this.decide(current);
      const audits = judged === current ? [] : decision.audits;
      judged = current;
      await this.record(session.id, current, { ...decision, audits }, id);
      if (decision.act === 'Deny')
        return { allowed: false, message: decision.message };
      const demands = decideDemands(decision, current, options.approval);
      if (typeof demands === 'string') {
        await this.recordDenial(session.id, current, decision, demands, id);
        return { allowed: false, message: demands };
      }
      const demand = demands.find(each => !granted.has(demandKey(each)));
      if (!demand) return { allowed: true, request: current };
      const answer = await this.ask(session, current, demand, id, options);
      if (!answer.approved)
        return { allowed: false, message: refusal(current, answer) };
      granted.add(demandKey(demand));
      // Edited arguments are another request: what no rule has seen yet is judged before it is carried out.
      current = answer.request;
    }
  }

  /** Records what a decision refused or wants recorded. `id` is the tool call's, where it is one. */
  async record(
    sessionId: string,
    request: PolicyRequest,
    decision: Pick<PolicyDecision, 'act' | 'by' | 'message' | 'audits'>,
    id?: string,
  ): Promise<void> {
    for (const { message, ...audit } of decision.audits) {
      await this.options.emit(sessionId, {
        type: 'policy.audited',
        payload: this.judgement(request, audit, message, id),
      });
    }
    if (decision.act === 'Deny') {
      const { message } = decision;
      await this.recordDenial(sessionId, request, decision, message, id);
    }
  }

  private async recordDenial(
    sessionId: string,
    request: PolicyRequest,
    { by }: Pick<PolicyDecision, 'by'>,
    message: string,
    id: string | undefined,
  ): Promise<void> {
    await this.options.emit(sessionId, {
      type: 'policy.denied',
      payload: this.judgement(request, by, message, id),
    });
  }

  private judgement(
    request: PolicyRequest,
    by: DecidingRule | undefined,
    message: string,
    id: string | undefined,
  ): Record<string, unknown> {
    const { settings } = this.options;
    return {
      about: request.about,
      target: requestTarget(request),
      ...by,
      ...(settings.isKnown && {
        policy_digest: policiesDigest(settings.current.policies),
      }),
      message: message.slice(0, 16_384),
      ...(request.arguments && { arguments: request.arguments }),
      ...(request.about === 'tool' && id && { tool_use_id: id }),
    };
  }

  private async ask(
    session: HeldSession,
    request: PolicyRequest,
    demand: Demand,
    id: string,
    { action, signal, onWaiting }: EnforceOptions,
  ): Promise<
    { approved: true; request: PolicyRequest } | (Answer & { approved: false })
  > {
    const asked = isOfPolicy(demand) ? demand : undefined;
    if (asked && (await this.remembered.holds(session.id, asked, request)))
      return { approved: true, request };
    const target = requestTarget(request);
    const shown = request.arguments && (await this.shown(request.arguments));
    const tell = () =>
      onWaiting?.(`Waiting for a person to agree to ${target}.`);
    const timer = setInterval(tell, PROGRESS_MS);
    tell();
    try {
      const answer = await this.options.approvals.request(
        session,
        {
          request_id: v5(
            `${session.id}/${id}/${demandKey(demand)}`,
            REQUEST_IDS,
          ),
          type: 'Permission',
          action: action ?? actionOf(request, target),
          ...(request.about === 'tool' && { tool: target }),
          ...(shown && { arguments: shown }),
          reason: `${demand.message}${MEMORY[demand.remember]}`,
          ...(asked && { policy: asked.policy, rule: asked.rule }),
          ...(demand.approvers && { approvers: demand.approvers }),
          quorum: demand.quorum,
          self_approval: demand.selfApproval,
          timeout_ms: demand.timeoutMs,
          on_timeout: demand.onTimeout,
        },
        signal,
      );
      if (!answer.approved) return { ...answer, approved: false };
      const agreed = answer.edited_arguments
        ? {
            ...request,
            arguments: restoreShown(
              answer.edited_arguments,
              shown,
              request.arguments,
            ) as JsonObject,
          }
        : request;
      if (asked && !answer.expired)
        await this.remembered.add(session.id, asked, agreed);
      return { approved: true, request: agreed };
    } finally {
      clearInterval(timer);
    }
  }

  /** Arguments as people may see them. */
  private async shown(real: JsonObject): Promise<JsonObject> {
    const redacted = await this.options.secrets.redactEvent({
      type: 'approval.requested',
      payload: toCanonicalValue(real) as JsonObject,
    });
    if ('withheld' in redacted) return {};
    const isLarge = JSON.stringify(redacted.kept).length > LARGEST_SHOWN_BYTES;
    return isLarge
      ? (shortenPayload(redacted.kept) as JsonObject)
      : redacted.kept;
  }

  private compile(
    policies: AgentSettings['policies'],
  ): Promise<CompiledPolicy[]> {
    const known = this.compiled;
    this.compiled = new Map(
      policies.map(policy => {
        const key = `${policy.name}/${policy.digest}`;
        return [key, known.get(key) ?? compilePolicy(policy)];
      }),
    );
    return Promise.all(this.compiled.values());
  }
}

/** Digest of all Policies in force, spelled as in the session's first entry. */
function policiesDigest(policies: AgentSettings['policies']): string {
  return `sha256:${createHash('sha256')
    .update(JSON.stringify(policies.map(({ name, digest }) => [name, digest])))
    .digest('hex')}`;
}

function actionOf({ about }: PolicyRequest, target: string): string {
  const verb = {
    tool: 'Call',
    prompt: 'Send a prompt to',
    shell: 'Run',
    invoke: 'Call the agent',
    egress: 'Connect to',
    credential: 'Use the credential',
  }[about];
  return `${verb} ${target}`;
}

function refusal(
  request: PolicyRequest,
  { reason, expired }: Pick<Answer, 'reason' | 'expired'>,
): string {
  const target = requestTarget(request);
  return expired
    ? `Nobody agreed to ${target} in time, so it was not done. Go on without it.`
    : `${target} was refused${
        reason ? `: ${reason}` : ''
      }. Do not try it again in another way.`;
}
