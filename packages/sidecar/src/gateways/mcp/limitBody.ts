/**
 * A response whose body ends with an error when one message of it is too large: a JSON body as a whole, and each event of a stream
 * of events, which may go on for as long as it likes.
 *
 * @param onEnd called once when the body is over, with the error if there was one
 */
export function limitBody(
  response: Response,
  largest: number,
  onEnd: (error?: Error) => void,
): Response {
  const { body, status, statusText, headers } = response;
  if (!body) {
    onEnd();
    return response;
  }
  const isStream = headers.get('content-type')?.startsWith('text/event-stream');
  const reader = body.getReader();
  let bytes = 0;
  const limited = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          onEnd();
          return;
        }
        const end = isStream ? lastEventEnd(value) : -1;
        bytes = end < 0 ? bytes + value.length : value.length - end;
        if (bytes > largest) {
          throw new RangeError(
            `the answer is larger than ${largest / 1024 / 1024} MiB`,
          );
        }
        controller.enqueue(value);
      } catch (error) {
        void reader.cancel().catch(() => undefined);
        controller.error(error);
        onEnd(error as Error);
      }
    },
    async cancel(reason) {
      await reader.cancel(reason);
      onEnd();
    },
  });
  return new Response(limited, { status, statusText, headers });
}

/** Where the last event that ends in this piece ends; -1 when none does. An end that is cut in two is found with the next event. */
function lastEventEnd(piece: Uint8Array): number {
  const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
  return Math.max(bytes.lastIndexOf('\n\n'), bytes.lastIndexOf('\n\r\n'));
}
