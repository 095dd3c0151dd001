import type { McpTools } from '../mcp/McpTools';
import type { AgentTool } from './AgentTool';

/** A tool server may think about one call for this long. */
const CALL_TIMEOUT_MS = 10 * 60_000;
/** Providers refuse longer names. */
const LONGEST_NAME = 64;
/** What one answer may hold: a few thousand tokens. */
const ANSWER_CHARACTERS = 48_000;

/** The tools of the session's MCP servers, each named `<server>__<tool>`; a server that does not answer is left out. */
export async function mcpAgentTools(
  mcp: McpTools,
  servers: readonly string[],
): Promise<{ tools: AgentTool[]; problems: string[] }> {
  const tools: AgentTool[] = [];
  const problems: string[] = [];
  const listings = await Promise.allSettled(
    servers.map(server => mcp.list(server)),
  );
  for (const [index, listing] of listings.entries()) {
    if (listing.status === 'rejected') {
      problems.push(
        `The tools of "${servers[index]}" cannot be used: ${listing.reason.message}`,
      );
      continue;
    }
    for (const { server, tool } of listing.value) {
      tools.push({
        name: `${server}__${tool.name}`
          .replace(/[^a-zA-Z0-9_-]/g, '_')
          .slice(0, LONGEST_NAME),
        server,
        description: tool.description ?? '',
        inputSchema: tool.inputSchema,
        action: () => `Call ${tool.name} of ${server}`,
        async execute(input, { signal }) {
          const answer = await mcp.call(server, tool.name, input, {
            signal,
            timeoutMs: CALL_TIMEOUT_MS,
          });
          const text = answer.text.slice(0, ANSWER_CHARACTERS);
          if (answer.isError) throw new Error(text);
          return text;
        },
      });
    }
  }
  return { tools, problems };
}
