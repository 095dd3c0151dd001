import { styleText } from 'node:util';
import { SessionEvent } from '@greenroom/protocol';

/** Longer tool output is in the journal; a terminal is no place to read it. */
const SHOWN_CHARACTERS = 400;

/** A line of a terminal, with room for what stands before it. */
const SHOWN_LINE = 70;

const shorten = (text: string) =>
  text.length > SHOWN_CHARACTERS
    ? `${text.slice(0, SHOWN_CHARACTERS)} … (${text.length} characters)`
    : text;

const indent = (text: string) => text.trimEnd().replace(/^/gm, '    ');

const asText = (value: unknown) =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** A tool's input on one line: the beginning of its script or command, if that is what it takes. */
function oneLine(input: unknown): string {
  const { script, command } = (input ?? {}) as Record<string, unknown>;
  const text = asText(script ?? command ?? input ?? '').trim();
  const [first] = text.split('\n');
  return first.length > SHOWN_LINE || first.length < text.length
    ? `${first.slice(0, SHOWN_LINE)} …`
    : first;
}

/** One event as lines for a person, or nothing when it is of no interest to somebody who watches. */
export function renderEvent(event: SessionEvent): string | undefined {
  switch (event.type) {
    case 'agent.status': {
      const { text, progress } = event.payload;
      const count = progress ? ` (${progress.done}/${progress.total})` : '';
      return `${styleText('cyan', '•')} ${text}${styleText('dim', count)}`;
    }
    case 'agent.text':
      return event.payload.text;
    case 'agent.thinking':
      return styleText('dim', shorten(event.payload.text));
    case 'agent.tool_call':
      return styleText(
        'dim',
        `  → ${event.payload.tool_name} ${oneLine(event.payload.input)}`,
      );
    case 'agent.tool_result':
      return event.payload.is_error
        ? styleText(
            'yellow',
            indent(shorten(asText(event.payload.content ?? 'failed'))),
          )
        : undefined;
    case 'agent.artifact': {
      const { title, name, path, bytes } = event.payload;
      const size = bytes === undefined ? '' : `, ${bytes} bytes`;
      return `${styleText('green', '+')} ${title ?? name} ${styleText(
        'dim',
        `(${path ?? name}${size})`,
      )}`;
    }
    case 'agent.error':
      return `${styleText('red', '!')} ${event.payload.message}`;
    case 'agent.notification':
      return `${styleText('magenta', '✉')} ${event.payload.message}`;
    case 'policy.denied':
    case 'budget.exceeded':
    case 'budget.warned':
      return `${styleText('yellow', '!')} ${
        (event.payload as { message?: string }).message ?? event.type
      }`;
    case 'approval.decided': {
      const {
        approved,
        decided_by: by,
        reason,
      } = event.payload as {
        approved?: boolean;
        decided_by?: string;
        reason?: string;
      };
      return `${styleText('cyan', '•')} ${approved ? 'Approved' : 'Rejected'}${
        by ? ` by ${by}` : ''
      }${reason ? `: ${reason}` : ''}`;
    }
    case 'approval.expired':
      return `${styleText('yellow', '!')} Nobody decided in time.`;
    case 'session.failed':
      return `${styleText('red', '✗')} ${event.payload.message}`;
    default:
      return undefined;
  }
}
