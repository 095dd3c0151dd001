import { z } from 'zod';

/** A JSON Schema of an object, as MCP wants it. */
const ObjectSchema = z.looseObject({ type: z.literal('object') });

/** What a scripted tool answers. */
export const ToolReply = z.strictObject({
  text: z.string().optional(),
  /** So many bytes of text. */
  bytes: z.int().min(0).optional(),
  /** The arguments, as JSON. */
  echo: z.boolean().optional(),
  /** Content blocks as MCP has them. */
  content: z.array(z.looseObject({ type: z.string() })).optional(),
  structured: z.record(z.string(), z.unknown()).optional(),
  /** The call failed, as a result that the model reads. */
  isError: z.boolean().optional(),
  /** The call failed, as an error of the protocol. */
  fail: z.string().optional(),
  delayMs: z.int().min(0).optional(),
  /** Never answers. */
  hang: z.boolean().optional(),
});
export type ToolReply = z.infer<typeof ToolReply>;

/** What a tool is made known as. */
export const ToolDefinition = z.strictObject({
  description: z.string().optional(),
  inputSchema: ObjectSchema.default({ type: 'object', properties: {} }),
  annotations: z.record(z.string(), z.unknown()).optional(),
});

/** A tool of a fake MCP server. */
export const ScriptedTool = ToolDefinition.extend({
  name: z.string().min(1),
  /** The answer to every call, or to each in turn, the last for all that follow. */
  reply: z
    .union([ToolReply, z.array(ToolReply).min(1)])
    .default({ text: 'ok' }),
  /** A definition that takes the place of the first one after so many lists or calls: a rug pulled. */
  drift: ToolDefinition.partial()
    .extend({
      afterLists: z.int().min(0).optional(),
      afterCalls: z.int().min(0).optional(),
    })
    .optional(),
});
export type ScriptedTool = z.input<typeof ScriptedTool>;
