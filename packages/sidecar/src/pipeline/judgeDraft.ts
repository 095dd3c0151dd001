import {
  isEventType,
  eventDefinition,
  mayEmit,
  type Emitter,
} from '@greenroom/protocol';
import type { z } from 'zod';

/** An event that goes on, or why it does not. */
export type JudgedDraft =
  | { accepted: true; type: string; payload: Record<string, unknown> }
  | { accepted: false; reason: 'Forbidden'; message: string };

/** One sentence from what Zod found: the first fault and its place. */
function faultOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue.path.join('.') || 'payload'}: ${issue.message}`;
}

/**
 * Checks a type and a payload. A type that the source may not emit is refused; one that nobody knows, and a payload that is not
 * as its type says, are kept whole as `agent.custom` with the reason, because a record that drops what it does not understand is
 * not a record.
 */
export function judgeDraft(
  type: string,
  payload: unknown,
  emitter: Emitter,
): JudgedDraft {
  if (!isEventType(type)) return custom(type, payload);
  if (!mayEmit(emitter, type)) {
    return {
      accepted: false,
      reason: 'Forbidden',
      message: `Events of type "${type}" are Greenroom's own; an ${
        emitter === 'agent' ? 'agent' : 'agent’s runtime'
      } cannot emit them.`,
    };
  }
  const parsed = eventDefinition(type)!.payload.safeParse(payload);
  if (!parsed.success) return custom(type, payload, faultOf(parsed.error));
  return {
    accepted: true,
    type,
    payload: parsed.data as Record<string, unknown>,
  };
}

/** Longest type that an envelope carries. */
const LONGEST_TYPE = 128;

function custom(type: string, payload: unknown, problem?: string): JudgedDraft {
  return {
    accepted: true,
    type: 'agent.custom',
    payload: {
      type: type.slice(0, LONGEST_TYPE),
      payload: payload ?? null,
      ...(problem && { problem: problem.slice(0, 4_096) }),
    },
  };
}
