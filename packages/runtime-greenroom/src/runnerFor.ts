import { ConversationRunner } from './conversation/ConversationRunner';
import { McpTools } from './mcp/McpTools';
import { aiSdkModel } from './model/aiSdkModel';
import { ModelQuestions } from './model/ModelQuestions';
import { PlaybookRunner } from './playbook/PlaybookRunner';
import type { SessionContext } from './sessions/SessionContext';
import type { TurnRunner } from './turns/Turn';

/** What does a session's turns: a playbook for a System agent, else a conversation with its model. */
export function runnerFor(session: SessionContext): TurnRunner {
  const { open, greenroomUrl } = session;
  const model =
    open.model && aiSdkModel(open.model, greenroomUrl, open.session_id);
  if (open.mode === 'System') {
    return new PlaybookRunner(
      session,
      new McpTools(session),
      model && new ModelQuestions(model),
    );
  }
  return model
    ? new ConversationRunner(session, model, new McpTools(session))
    : missingModel(session);
}

function missingModel({ agent }: SessionContext): TurnRunner {
  return {
    run: async () => ({
      outcome: 'failed',
      error: {
        reason: 'ModelMissing',
        message: `Agent "${agent.name}" has no model to talk with. Create a Model and name it in spec.model.ref of the Agent.`,
      },
    }),
  };
}
