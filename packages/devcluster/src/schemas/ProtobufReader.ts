/** A body is not what its content type says. */
export class ProtobufError extends Error {
  readonly name = 'ProtobufError';
}

/** Reads the parts of one message. */
export class ProtobufReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  varint(): bigint {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes[this.at];
      if (byte === undefined || shift > 63n)
        throw new ProtobufError('The body ends too early.');
      this.at += 1;
      result |= BigInt(byte & 127) << shift;
      if (byte < 128) return result;
    }
  }

  value(wire: number): bigint | Buffer | number {
    switch (wire) {
      case 0:
        return this.varint();
      case 1:
        return this.take(8).readDoubleLE();
      case 2:
        return this.take(Number(this.varint()));
      case 5:
        return this.take(4).readFloatLE();
      default:
        throw new ProtobufError(`Wire type ${wire} is not used by Kubernetes.`);
    }
  }

  private take(length: number): Buffer {
    const end = this.at + length;
    if (end > this.bytes.length)
      throw new ProtobufError('The body ends too early.');
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }
}
