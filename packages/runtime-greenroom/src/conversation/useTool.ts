import { randomUUID } from 'node:crypto';
import type { ToolCall, ToolOutcome } from '../model/ModelClient';
import type { AgentTool } from '../tools/AgentTool';
import type { Turn } from '../turns/Turn';
import { needsApproval, type ConversationConfig } from './ConversationConfig';
import { beginningOf } from '../processes/wholeWords';

/** Carries out one call of a tool, with permission where that is needed. What goes wrong is told to the model. */
export async function useTool(
  call: ToolCall,
  tools: readonly AgentTool[],
  config: ConversationConfig,
  turn: Turn,
): Promise<ToolOutcome> {
  const resultId = randomUUID();
  const tool = tools.find(each => each.name === call.name);
  const started = performance.now();
  turn.emit('agent.tool_call', {
    tool_use_id: call.id,
    tool_name: call.name,
    ...(tool?.server && { tool: tool.server }),
    input: call.input,
  });
  let text: string;
  let isError = false;
  try {
    if (!tool) {
      throw new Error(
        `There is no tool "${call.name}". There are: ${tools
          .map(({ name }) => name)
          .join(', ')}.`,
      );
    }
    if (call.problem)
      throw new Error(`The call cannot be carried out: ${call.problem}`);
    const input = await allowedInput(tool, call, config, turn);
    text = await tool.execute(input, {
      signal: turn.signal,
      onOutput: output =>
        turn.emit('delta.tool_output', {
          event_id: resultId,
          tool_use_id: call.id,
          text: output,
        }),
    });
  } catch (error) {
    turn.signal.throwIfAborted();
    isError = true;
    text = (error as Error).message;
  }
  turn.emit(
    'agent.tool_result',
    {
      tool_use_id: call.id,
      tool_name: call.name,
      ...(tool?.server && { tool: tool.server }),
      content: text,
      is_error: isError,
      duration_ms: Math.round(performance.now() - started),
    },
    resultId,
  );
  return { call, text, isError };
}

/** The arguments to use: the model's, or those of whoever allowed the call with others. */
async function allowedInput(
  tool: AgentTool,
  { input }: ToolCall,
  config: ConversationConfig,
  turn: Turn,
): Promise<Record<string, unknown>> {
  if (!needsApproval(config, tool.name)) return input;
  const decision = await turn.requestPermission({
    action: beginningOf(tool.action(input), 4_096),
    reason: `The agent's configuration asks for permission before ${tool.name}.`,
    tool: tool.name,
    arguments: input,
    timeoutMs: config.approvalTimeoutSeconds * 1000,
  });
  if (decision.approved) {
    return (
      (decision.edited_arguments as Record<string, unknown> | undefined) ??
      input
    );
  }
  throw new Error(
    decision.expired
      ? 'Nobody allowed this call in time, so it was not made. Go on without it.'
      : `This call was refused${
          decision.reason ? `: ${decision.reason}` : ''
        }. Do not try it again in another way.`,
  );
}
