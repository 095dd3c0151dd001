import { z } from 'zod';
import type { SidecarServices } from '../SidecarServices';
import { defineTool, type GreenroomTool, type ToolCall } from './GreenroomTool';

/** Tools by which an agent shows what it does and hands over what it made. */
export function emitTools({
  pipeline,
  artifacts,
}: SidecarServices): GreenroomTool[] {
  const emit = async (
    { session }: ToolCall,
    type: string,
    payload: unknown,
  ) => {
    const turnId = session.turn?.id;
    return await pipeline.emit(
      session.id,
      { type, payload, ...(turnId && { turnId }) },
      { emitter: 'agent' },
    );
  };
  return [
    defineTool({
      name: 'emit_status',
      title: 'Show a status',
      description:
        'Tell people in one short sentence what you are doing now. Use it at each new step; nobody watches your terminal.',
      input: z.object({
        text: z
          .string()
          .min(1)
          .max(4_096)
          .describe('What you are doing, in one sentence.'),
        state: z
          .string()
          .max(64)
          .optional()
          .describe('A word such as researching, writing, waiting or done.'),
        progress: z
          .object({ done: z.int().min(0), total: z.int().min(0) })
          .optional()
          .describe('Steps done of steps in all, where they can be counted.'),
      }),
      run: async (input, call) => {
        await emit(call, 'agent.status', input);
        return { text: 'Shown.' };
      },
    }),
    defineTool({
      name: 'emit_artifact',
      title: 'Hand over an artifact',
      description:
        'Hand over something you made: a report, a table, a diff, an image. Give either its content or the path of a file in the workspace.',
      input: z.object({
        name: z
          .string()
          .min(1)
          .max(512)
          .describe('File name, such as report.md.'),
        title: z.string().max(512).optional(),
        media_type: z
          .string()
          .min(1)
          .max(128)
          .describe('Such as text/markdown, text/csv or image/svg+xml.'),
        content: z
          .string()
          .max(1_048_576)
          .optional()
          .describe('The text itself.'),
        path: z
          .string()
          .min(1)
          .max(4_096)
          .optional()
          .describe('Path of the file, relative to the workspace.'),
        language: z.string().max(64).optional(),
        answer: z
          .boolean()
          .optional()
          .describe('True when this is the answer to what you were asked.'),
      }),
      run: async (input, call) => {
        if ((input.content === undefined) === (input.path === undefined)) {
          return {
            text: 'Give exactly one of content and path.',
            isError: true,
          };
        }
        const payload = await artifacts.complete(
          call.session.id,
          'agent.artifact',
          input,
        );
        await emit(call, 'agent.artifact', payload);
        const { digest, bytes } = payload as {
          digest?: string;
          bytes?: number;
        };
        return {
          text: `Handed over ${input.name}${
            bytes === undefined ? '' : ` (${bytes} bytes)`
          }.`,
          structured: { name: input.name, digest, bytes },
        };
      },
    }),
  ];
}
