import fc from 'fast-check';
import { UsageChunkFilter } from './UsageChunkFilter';
import { UsageMeter } from './UsageMeter';
import { anthropicMessages } from './wires/anthropicMessages';
import { openAiChat } from './wires/openAiChat';
import { openAiResponses } from './wires/openAiResponses';

const sse = (...events: unknown[]) =>
  events
    .map(event =>
      typeof event === 'string'
        ? `data: ${event}\n\n`
        : `data: ${JSON.stringify(event)}\n\n`,
    )
    .join('');

const STREAMS = {
  anthropic: {
    wire: anthropicMessages,
    text: sse(
      {
        type: 'message_start',
        message: {
          usage: {
            input_tokens: 100,
            cache_read_input_tokens: 30,
            cache_creation_input_tokens: 7,
            output_tokens: 1,
          },
        },
      },
      {
        type: 'content_block_delta',
        delta: { type: 'text_delta', text: 'Grüß ✓' },
      },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn' },
        usage: { output_tokens: 42 },
      },
      { type: 'message_stop' },
    ),
    reading: {
      inputTokens: 137,
      cacheReadTokens: 30,
      cacheWriteTokens: 7,
      outputTokens: 42,
      stopReason: 'end_turn',
      isFinal: true,
    },
  },
  chat: {
    wire: openAiChat,
    text: sse(
      { choices: [{ index: 0, delta: { content: 'Grüß ✓' } }], usage: null },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      {
        choices: [],
        usage: {
          prompt_tokens: 137,
          completion_tokens: 42,
          prompt_tokens_details: { cached_tokens: 30 },
          completion_tokens_details: { reasoning_tokens: 9 },
        },
      },
      '[DONE]',
    ),
    reading: {
      inputTokens: 137,
      cacheReadTokens: 30,
      outputTokens: 42,
      reasoningTokens: 9,
      stopReason: 'stop',
      isFinal: true,
    },
  },
  responses: {
    wire: openAiResponses,
    text: sse(
      { type: 'response.output_text.delta', delta: 'Grüß ✓' },
      {
        type: 'response.completed',
        response: {
          status: 'completed',
          usage: {
            input_tokens: 137,
            output_tokens: 42,
            input_tokens_details: { cached_tokens: 30 },
            output_tokens_details: { reasoning_tokens: 9 },
          },
        },
      },
    ),
    reading: {
      inputTokens: 137,
      cacheReadTokens: 30,
      outputTokens: 42,
      reasoningTokens: 9,
      stopReason: 'completed',
      isFinal: true,
    },
  },
};

/** The bytes cut at any places. */
function chunked(text: string) {
  const bytes = Buffer.from(text);
  return fc.uniqueArray(fc.nat(bytes.length), { maxLength: 20 }).map(cuts => {
    const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
    return places
      .slice(1)
      .map((end, index) => bytes.subarray(places[index], end));
  });
}

describe('UsageMeter', () => {
  it.each(Object.entries(STREAMS))(
    'reads a stream of %s wherever its chunks are cut',
    (_name, { wire, text, reading }) => {
      fc.assert(
        fc.property(chunked(text), chunks => {
          const meter = new UsageMeter(wire, true);
          for (const chunk of chunks) meter.take(chunk);
          expect(meter.reading).toEqual(reading);
          expect(meter.textBytes).toBe(Buffer.byteLength('Grüß ✓'));
        }),
      );
    },
  );

  it.each(Object.entries(STREAMS))(
    'never fails at what a server of %s may send, and counts nothing but numbers',
    (_name, { wire }) => {
      const keys = fc.constantFrom(
        'type',
        'usage',
        'message',
        'response',
        'delta',
        'choices',
        'input_tokens',
        'output_tokens',
        'prompt_tokens',
        'completion_tokens',
        'tool_calls',
        'error',
        '__proto__',
      );
      const values = fc.oneof(
        fc.jsonValue(),
        fc.constantFrom('message_start', 'message_delta', -1, 1.5, 1e300, null),
      );
      const inner = fc.dictionary(keys, values, { maxKeys: 3 });
      const event = fc.dictionary(
        keys,
        fc.oneof(values, inner, fc.dictionary(keys, inner, { maxKeys: 2 })),
        { maxKeys: 4 },
      );
      fc.assert(
        fc.property(
          fc.array(event, { maxLength: 3 }),
          fc.boolean(),
          (events, isStream) => {
            const meter = new UsageMeter(wire, isStream);
            meter.take(
              Buffer.from(
                isStream ? sse(...events) : JSON.stringify(events[0] ?? null),
              ),
            );
            meter.end();
            const { stopReason, isFinal, ...counts } = meter.reading;
            for (const count of Object.values(counts)) {
              expect(
                Number.isSafeInteger(count) && (count as number) >= 0,
              ).toBe(true);
            }
          },
        ),
      );
    },
  );
});

describe('UsageChunkFilter', () => {
  const usage = sse({ choices: [], usage: { prompt_tokens: 1 } });

  it.each(['\n', '\r\n'])(
    'takes out the chunk of usage and not one byte more (lines end with %j)',
    lineEnd => {
      const lines = (text: string) => text.replaceAll('\n', lineEnd);
      const text = lines(
        STREAMS.chat.text.replace(
          /data: \{"choices":\[\],"usage".*\n\n/,
          usage,
        ),
      );
      fc.assert(
        fc.property(chunked(text), chunks => {
          const filter = new UsageChunkFilter();
          const passed = [
            ...chunks.map(chunk => filter.push(chunk)),
            filter.end(),
          ];
          expect(Buffer.concat(passed).toString()).toBe(
            text.replace(lines(usage), ''),
          );
        }),
      );
    },
  );

  it('passes everything else as it is', () => {
    fc.assert(
      fc.property(
        fc
          .string({ unit: 'binary' })
          .map(text => `data: ${text}\n\n: comment\n\n`)
          .chain(chunked),
        chunks => {
          const filter = new UsageChunkFilter();
          const passed = [
            ...chunks.map(chunk => filter.push(chunk)),
            filter.end(),
          ];
          expect(Buffer.concat(passed).equals(Buffer.concat(chunks))).toBe(
            true,
          );
        },
      ),
    );
  });
});
