import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { ScriptedTool } from './ScriptedTool';
import { scriptedServer } from './scriptedServer';
import { ToolScript } from './ToolScript';

/** Serves scripted tools on this process's standard input and output until the input ends. */
export function serveFakeMcpOverStdio(tools: readonly ScriptedTool[]): void {
  const script = new ToolScript(tools);
  serveStdio(() => scriptedServer(script));
}
