import { EventEmitter, once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import {
  ProtocolError,
  Server,
  type CallToolResult,
} from '@modelcontextprotocol/server';
import type { ToolReply } from './ScriptedTool';
import type { RecordedCall, ToolScript } from './ToolScript';

/** JSON-RPC's codes for what a client asks wrongly, and for what fails inside. */
const INVALID_PARAMS = -32_602;
const INTERNAL_ERROR = -32_603;

/** An MCP server, for one connection or one request, that does as a script says. */
export function scriptedServer(script: ToolScript): Server {
  const server = new Server(
    { name: 'greenroom-fake', version: '1.0.0' },
    { capabilities: { tools: { listChanged: true } } },
  );
  server.setRequestHandler('tools/list', async () => ({
    tools: script.list(),
  }));
  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const reply = script.replyTo(params.name);
    if (!reply) {
      throw new ProtocolError(
        INVALID_PARAMS,
        `There is no tool "${params.name}" here.`,
      );
    }
    const call: RecordedCall = {
      tool: params.name,
      arguments: params.arguments ?? {},
      receivedAt: Date.now(),
      outcome: 'running',
    };
    script.calls.add(call);
    try {
      const result = await carryOut(reply, call, context.mcpReq.signal);
      call.outcome = 'answered';
      return result;
    } catch (error) {
      call.outcome = context.mcpReq.signal.aborted ? 'aborted' : 'failed';
      throw error;
    } finally {
      script.calls.changed();
    }
  });
  return server;
}

async function carryOut(
  reply: ToolReply,
  call: RecordedCall,
  signal: AbortSignal,
): Promise<CallToolResult> {
  if (reply.delayMs) await wait(reply.delayMs, undefined, { signal });
  if (reply.hang) await once(new EventEmitter(), 'never', { signal });
  if (reply.fail) throw new ProtocolError(INTERNAL_ERROR, reply.fail);
  const texts = [
    reply.text,
    reply.bytes === undefined ? undefined : 'x'.repeat(reply.bytes),
    reply.echo ? JSON.stringify(call.arguments) : undefined,
  ];
  return {
    content: [
      ...texts.flatMap(text =>
        text === undefined ? [] : [{ type: 'text' as const, text }],
      ),
      ...((reply.content ?? []) as CallToolResult['content']),
    ],
    structuredContent: reply.structured,
    isError: reply.isError,
  };
}
