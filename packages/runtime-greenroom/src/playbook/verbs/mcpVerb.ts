import { randomUUID } from 'node:crypto';
import { StepError } from '../StepError';
import type { VerbWork } from '../StepContext';

/** Calls one tool of an MCP server of the session. */
export const mcpVerb: VerbWork<'mcp'> = async (body, context) => {
  const [server, ...rest] = body.tool.split('/');
  const tool = rest.join('/');
  const args = body.arguments ?? {};
  const callId = randomUUID();
  context.turn.emit('agent.tool_call', {
    tool_use_id: callId,
    tool: server,
    tool_name: body.tool,
    input: args,
  });
  const answer = await context.tools.call(server, tool, args, context);
  context.turn.emit('agent.tool_result', {
    tool_use_id: callId,
    tool_name: body.tool,
    content: answer.text,
    is_error: answer.isError,
  });
  if (answer.isError) {
    throw new StepError(
      'StepFailed',
      `Step "${context.stepName}": the tool ${body.tool} failed: ${answer.text}`,
    );
  }
  return { text: answer.text, json: answer.structured };
};
