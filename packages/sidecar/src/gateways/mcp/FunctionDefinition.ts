import type { Tool } from '@modelcontextprotocol/client';

/** A function of a tool's server, as it defines it now. */
export interface FunctionDefinition {
  definition: Tool;
  /** What the operator pins. */
  digest: string;
}
