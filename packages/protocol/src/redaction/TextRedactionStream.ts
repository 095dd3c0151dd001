import type { RedactionStream } from './RedactionStream';

const utf8 = new TextEncoder();

function isHighSurrogate(text: string): boolean {
  const unit = text.charCodeAt(text.length - 1);
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** Redacts text that comes in pieces, such as a model's deltas. What may still become a secret is held back. */
export class TextRedactionStream {
  private readonly decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** First half of a character whose second half is in the next piece. */
  private half = '';

  constructor(private readonly bytes: RedactionStream) {}

  push(piece: string): string {
    const text = this.half + piece;
    this.half = isHighSurrogate(text) ? text.slice(-1) : '';
    const whole = this.half ? text.slice(0, -1) : text;
    return this.decoder.decode(this.bytes.push(utf8.encode(whole)), {
      stream: true,
    });
  }

  /** Gives out the rest; the stream may be used anew. */
  end(): string {
    const last = this.bytes.push(utf8.encode(this.half));
    this.half = '';
    return (
      this.decoder.decode(last, { stream: true }) +
      this.decoder.decode(this.bytes.end())
    );
  }
}
