import { StringDecoder } from 'node:string_decoder';
import { createParser, type EventSourceParser } from 'eventsource-parser';
import { parseRecord } from './json';
import type { ModelWire, UsageReading } from './wires/ModelWire';

/** A whole answer above it is relayed and not read; its tokens are then estimated. */
const LARGEST_READ_ANSWER_BYTES = 32 * 1024 * 1024;
/** One event of a stream: the last one of Responses repeats the whole answer. */
const LARGEST_EVENT_CHARACTERS = 32 * 1024 * 1024;

/** Reads along with an answer and remembers what it says of its tokens. Never throws: what it cannot read it does not count. */
export class UsageMeter {
  /** Everything that was read so far. */
  readonly reading: Omit<UsageReading, 'text'> = {};
  /** Of what the model said so far. */
  textBytes = 0;
  private readonly decoder = new StringDecoder('utf8');
  private readonly parser: EventSourceParser | undefined;
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(private readonly wire: ModelWire, isStream: boolean) {
    if (!isStream) return;
    this.parser = createParser({
      maxBufferSize: LARGEST_EVENT_CHARACTERS,
      onEvent: ({ data }) => this.takeEvent(data),
    });
  }

  take(chunk: Buffer): void {
    this.size += chunk.length;
    if (this.parser) this.parser.feed(this.decoder.write(chunk));
    else if (this.size <= LARGEST_READ_ANSWER_BYTES) this.chunks.push(chunk);
  }

  /** The answer is complete. */
  end(): void {
    if (this.parser) return;
    if (this.size > LARGEST_READ_ANSWER_BYTES) {
      this.textBytes = this.size;
      return;
    }
    const text = Buffer.concat(this.chunks).toString('utf8');
    const answer = parseRecord(text);
    if (answer) this.keep(this.wire.readAnswer(answer));
    if (this.reading.outputTokens === undefined) this.textBytes = this.size;
  }

  private takeEvent(data: string): void {
    // OpenAI's end mark of Chat Completions.
    if (data === '[DONE]') {
      this.reading.isFinal = true;
      return;
    }
    const event = parseRecord(data);
    if (event) this.keep(this.wire.readEvent(event));
  }

  private keep({ text, ...reading }: UsageReading): void {
    if (text) this.textBytes += Buffer.byteLength(text);
    for (const [field, value] of Object.entries(reading)) {
      if (value !== undefined) Object.assign(this.reading, { [field]: value });
    }
  }
}
