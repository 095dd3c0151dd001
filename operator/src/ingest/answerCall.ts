import {
  ingestCalls,
  type JsonValue,
  type SidecarMessageOf,
} from '@greenroom/protocol';
import type { BudgetLedger } from '../budget/BudgetLedger';
import { CallError } from './CallError';
import type { SidecarConnection } from './SidecarConnection';
import type { SidecarCalls } from './SidecarLink';

/**
 * Answers what a sidecar asks, after checking its parameters and that the session it asks for is its own.
 *
 * Throws {@link CallError} or a ZodError; the sidecar is told the message.
 */
export async function answerCall(
  link: SidecarConnection,
  message: SidecarMessageOf<'call'>,
  answers: SidecarCalls,
  ledger: BudgetLedger,
): Promise<JsonValue> {
  switch (message.method) {
    case 'create_approval': {
      const params = ingestCalls.create_approval.params.parse(message.params);
      requireHeld(link, params.session_id);
      return answers.createApproval(link, params);
    }
    case 'notify': {
      const params = ingestCalls.notify.params.parse(message.params);
      requireHeld(link, params.session_id);
      return answers.notify(link, params);
    }
    case 'list_agents':
      return answers.listAgents(link);
    case 'reserve': {
      const params = ingestCalls.reserve.params.parse(message.params);
      requireHeld(link, params.session_id);
      const { namespace, agent: name } = link.pod;
      const budget = link.settings?.budget;
      return ledger.reserve({ ...params, agent: { namespace, name }, budget });
    }
    default: {
      const params = ingestCalls.settle.params.parse(message.params);
      requireHeld(link, params.session_id);
      ledger.settle(params);
      return {};
    }
  }
}

function requireHeld(link: SidecarConnection, sessionId: string): void {
  if (link.sessions.has(sessionId)) return;
  throw new CallError(
    'Forbidden',
    `Session ${sessionId} is not held by this connection.`,
  );
}
