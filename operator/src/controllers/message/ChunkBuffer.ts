/** What a piece of a stream is. */
export type ChunkEntryType =
  | 'thinking'
  | 'tool_call'
  | 'tool_result'
  | 'response'
  | 'info'
  | 'error';

export interface ChunkEntry {
  sequence: number;
  type: ChunkEntryType;
  content: string;
}

/** One MessageChunk's worth of entries. */
export interface Chunk {
  readonly entries: ChunkEntry[];
  /** It is the last one, and the stream goes on without chunks. */
  readonly truncated: boolean;
}

/** The bounds of the kinds: chunks of a Message, characters of an entry, entries of a chunk. */
export const mostChunks = 100;
const longestEntry = 65_536;
const mostEntries = 1_024;
/** A chunk is written when it has so much, however young it is. */
const fullBytes = 65_536;
/** At first a reader sees the stream as it comes; a long one is written less and less often, so that the chunks last. */
const firstIntervalMs = 250;
const chunksPerInterval = 20;

/**
 * Gathers a stream into few objects: at least 250 ms or 64 KiB apart, at most 100.
 *
 * @remarks
 * Pure: it is told the time, and says when it wants to be emptied.
 */
export class ChunkBuffer {
  private entries: ChunkEntry[] = [];
  private bytes = 0;
  private sequence = 0;
  private lastFlushMs = Number.NEGATIVE_INFINITY;

  /** @param written - chunks that there are already, from before a restart */
  constructor(private written = 0, sequence = 0) {
    this.sequence = sequence;
  }

  get count(): number {
    return this.written;
  }

  get isFull(): boolean {
    return this.written >= mostChunks;
  }

  /** Takes a piece of the stream. What continues the piece before is added to it. */
  add(type: ChunkEntryType, content: string): void {
    if (this.isFull || content === '') return;
    for (let start = 0; start < content.length; start += longestEntry) {
      this.addPiece(type, content.slice(start, start + longestEntry));
    }
  }

  /** When it wants to be emptied, in the time of `nowMs`; undefined when it is empty. */
  dueAt(nowMs: number): number | undefined {
    if (this.entries.length === 0) return undefined;
    if (this.bytes >= fullBytes || this.entries.length >= mostEntries)
      return nowMs;
    const interval =
      firstIntervalMs * 2 ** Math.floor(this.written / chunksPerInterval);
    return Math.max(nowMs, this.lastFlushMs + interval);
  }

  /** Empties it into a chunk; undefined when there is nothing. */
  flush(nowMs: number): Chunk | undefined {
    if (this.entries.length === 0 || this.isFull) return undefined;
    const entries = this.entries.splice(0, mostEntries);
    this.bytes = this.entries.reduce(
      (sum, { content }) => sum + Buffer.byteLength(content),
      0,
    );
    this.lastFlushMs = nowMs;
    this.written++;
    return { entries, truncated: this.isFull };
  }

  private addPiece(type: ChunkEntryType, content: string): void {
    const last = this.entries.at(-1);
    this.bytes += Buffer.byteLength(content);
    const continues =
      last?.type === type && (type === 'response' || type === 'thinking');
    if (continues && last.content.length + content.length <= longestEntry) {
      last.content += content;
    } else {
      this.sequence++;
      this.entries.push({ sequence: this.sequence, type, content });
    }
  }
}
