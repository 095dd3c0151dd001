import { z } from 'zod';
import type { ToolDescription } from '../model/ModelClient';

/** What a tool may use while it works. */
export interface ToolContext {
  signal: AbortSignal;
  /** Shows output while the tool works. */
  onOutput(text: string): void;
}

/** A tool of the agent. */
export interface AgentTool extends ToolDescription {
  /** Name of the MCP server behind it, where there is one. */
  server?: string;
  /** What a person reads when asked for permission. */
  action(input: Record<string, unknown>): string;
  /**
   * Does the work and gives what the model reads.
   *
   * @throws {Error} with a sentence for the model when it did not work.
   */
  execute(
    input: Record<string, unknown>,
    context: ToolContext,
  ): Promise<string>;
}

/** A tool with the schema of its arguments. */
export interface ToolDefinition<Schema extends z.ZodObject> {
  name: string;
  description: string;
  input: Schema;
  action(input: z.output<Schema>): string;
  execute(input: z.output<Schema>, context: ToolContext): Promise<string>;
}

/** Makes a tool that checks its arguments before it works. */
export function defineTool<Schema extends z.ZodObject>(
  definition: ToolDefinition<Schema>,
): AgentTool {
  const { name, description, input: schema } = definition;
  const checked = (input: Record<string, unknown>) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new Error(
      `The argument "${issue.path.join('.')}" of ${name} is wrong: ${
        issue.message
      }.`,
    );
  };
  return {
    name,
    description,
    inputSchema: z.toJSONSchema(schema, { io: 'input' }),
    action: input => definition.action(checked(input)),
    execute: async (input, context) =>
      definition.execute(checked(input), context),
  };
}
