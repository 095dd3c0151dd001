import { z } from 'zod';
import { Recorder } from '../server/Recorder';
import { ScriptedTool, type ToolReply } from './ScriptedTool';

/** A call that a fake MCP server received, and what became of it. */
export interface RecordedCall {
  tool: string;
  arguments: Record<string, unknown>;
  receivedAt: number;
  outcome: 'running' | 'answered' | 'failed' | 'aborted';
}

type Tool = z.output<typeof ScriptedTool>;

/** The tools of a fake MCP server and what happened to them; shared by all its connections. */
export class ToolScript {
  readonly calls = new Recorder<RecordedCall>();
  private tools: readonly Tool[] = [];
  private lists = 0;

  constructor(tools: readonly ScriptedTool[]) {
    this.set(tools);
  }

  /** Takes other tools from now on. Throws a ZodError for tools that cannot be. */
  set(tools: readonly ScriptedTool[]): void {
    this.tools = z.array(ScriptedTool).parse(tools);
  }

  /** The definitions as they are at this list. */
  list() {
    const listed = this.tools.map(tool => {
      const { description, inputSchema, annotations } = this.definition(tool);
      return { name: tool.name, description, inputSchema, annotations };
    });
    this.lists += 1;
    return listed;
  }

  /** What to answer to the next call of a tool; nothing for one that is not there. */
  replyTo(name: string): ToolReply | undefined {
    const tool = this.tools.find(each => each.name === name);
    if (!tool) return undefined;
    const replies = Array.isArray(tool.reply) ? tool.reply : [tool.reply];
    return replies[Math.min(this.callsOf(name), replies.length - 1)];
  }

  private definition(tool: Tool) {
    const { drift } = tool;
    if (!drift) return tool;
    const { afterLists, afterCalls, ...definition } = drift;
    const hasDrifted =
      this.lists >= (afterLists ?? Infinity) ||
      this.callsOf(tool.name) >= (afterCalls ?? Infinity);
    return hasDrifted ? { ...tool, ...definition } : tool;
  }

  private callsOf(name: string): number {
    return this.calls.all.filter(({ tool }) => tool === name).length;
  }
}
