import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { sendJson } from '../server/sendJson';
import type { ModelReply } from './ModelReply';
import type { ModelRequest } from './ModelRequest';
import type { PlannedReply } from './PlannedReply';
import type { ModelWire, WireEvent } from './wire/ModelWire';

/** How an answer went; the client's hanging up comes as an abort of `gone` instead. */
export type AnswerOutcome = 'answered' | 'refused' | 'cut';

/** Carries a scripted reply out. Rejects with an AbortError when the client hangs up. */
export async function answer(options: {
  wire: ModelWire;
  request: ModelRequest;
  reply: ModelReply;
  planned: PlannedReply;
  response: ServerResponse;
  gone: AbortSignal;
}): Promise<AnswerOutcome> {
  const { wire, request, reply, planned, response, gone } = options;
  if (reply.delayMs) await wait(reply.delayMs, undefined, { signal: gone });
  if (reply.hang) await once(response, 'never', { signal: gone });
  if (reply.cut === 'before') return cutOff(response);
  if (reply.error && reply.error.afterPieces === undefined) {
    sendError(wire, reply.error, response);
    return 'refused';
  }
  if (!request.stream) {
    const whole = JSON.stringify(wire.whole(planned, request));
    if (reply.cut !== undefined) return cutWhole(whole, response);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(whole);
    return 'answered';
  }
  return streamAnswer(options);
}

/** Answers with an error in the provider's shape. */
export function sendError(
  wire: ModelWire,
  error: NonNullable<ModelReply['error']>,
  response: ServerResponse,
): void {
  const { status, type, message = 'The fake model was told to fail.' } = error;
  sendJson(
    response,
    status,
    wire.error({ status, type, message }),
    error.retryAfter === undefined
      ? {}
      : { 'retry-after': String(error.retryAfter) },
  );
}

async function streamAnswer({
  wire,
  request,
  reply,
  planned,
  response,
  gone,
}: Parameters<typeof answer>[0]): Promise<AnswerOutcome> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  response.flushHeaders();
  let pieces = 0;
  for (const event of wire.stream(planned, request)) {
    if (event.isPiece) {
      if (reply.cut === pieces) return cutOff(response);
      if (reply.error?.afterPieces === pieces) {
        const {
          status,
          type,
          message = 'The fake model broke off.',
        } = reply.error;
        response.end(frame(wire.streamError({ status, type, message })));
        return 'refused';
      }
      if (reply.tokenDelayMs) {
        await wait(reply.tokenDelayMs, undefined, { signal: gone });
      }
      pieces += 1;
    }
    if (!response.write(frame(event))) {
      await once(response, 'drain', { signal: gone });
    }
  }
  if (typeof reply.cut === 'number') return cutOff(response);
  response.end(wire.streamEnd);
  return 'answered';
}

function frame({ event, data }: WireEvent): string {
  const name = event ? `event: ${event}\n` : '';
  return `${name}data: ${JSON.stringify(data)}\n\n`;
}

/** Promises the whole and gives half of it. */
async function cutWhole(
  whole: string,
  response: ServerResponse,
): Promise<AnswerOutcome> {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(whole)),
  });
  response.write(whole.slice(0, whole.length / 2));
  return cutOff(response);
}

/** Ends the connection without ending the answer, once what was written has left. */
async function cutOff(response: ServerResponse): Promise<AnswerOutcome> {
  if (response.headersSent && response.writableLength) {
    await new Promise<void>(resolve => {
      response.write('', () => resolve());
    });
  }
  response.destroy();
  return 'cut';
}
