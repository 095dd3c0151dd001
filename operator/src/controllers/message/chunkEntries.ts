import type { SessionEvent } from '@greenroom/protocol';
import type { ChunkEntryType } from './ChunkBuffer';

/** What of a durable event a stream shows; undefined for events that are not for its readers. */
export function chunkEntryOf(
  event: SessionEvent,
): { type: ChunkEntryType; content: string } | undefined {
  switch (event.type) {
    case 'agent.text':
      return { type: 'response', content: event.payload.text };
    case 'agent.thinking':
      return { type: 'thinking', content: event.payload.text };
    case 'agent.tool_call':
      return {
        type: 'tool_call',
        content: `${event.payload.tool_name} ${spell(
          event.payload.input,
        )}`.trim(),
      };
    case 'agent.tool_result':
      return {
        type: event.payload.is_error ? 'error' : 'tool_result',
        content: spell(event.payload.content),
      };
    case 'agent.status':
      return { type: 'info', content: event.payload.text };
    case 'agent.error':
      return { type: 'error', content: event.payload.message };
    default:
      return undefined;
  }
}

function spell(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
