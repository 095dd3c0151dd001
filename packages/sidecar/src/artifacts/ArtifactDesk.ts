import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { OutsideFolderError, resolveInside } from '@greenroom/context-tools';
import { INGEST_BLOB_BYTES, type TransientEvent } from '@greenroom/protocol';
import { LARGEST_INLINE_BYTES } from '../pipeline/shortenPayload';
import type { BlobStore } from '../blobs/BlobStore';
import type { SecretStore } from '../redaction/SecretStore';
import type { DeltaStream } from '../pipeline/DeltaStream';

/** An artifact could not be taken; the message is for the agent. */
export class ArtifactError extends Error {
  readonly name = 'ArtifactError';
}

/** A file of the workspace, redacted and kept. */
export interface KeptFile {
  /** Relative to the workspace. */
  path: string;
  digest: string;
  bytes: number;
  /** The text itself, when it is text and small enough to stand in the event. */
  content?: string;
}

/** What the desk works with. */
export interface ArtifactDeskOptions {
  workspaceDir: string;
  /** The workspace as manifests spell it; an agent may name files that way. */
  manifestWorkspaceDir(): string;
  secrets: SecretStore;
  blobs: BlobStore;
  deltas: DeltaStream;
}

/** Takes in what agents hand over: reads it inside the workspace only, redacts it, gives it a digest, keeps it as a blob when large. */
export class ArtifactDesk {
  constructor(private readonly options: ArtifactDeskOptions) {}

  /** Shows what is transient, without its secrets. */
  showDelta(
    sessionId: string,
    event: TransientEvent,
    turnId: string | undefined,
  ): void {
    this.options.deltas.show(sessionId, event, turnId);
  }

  /** The payload of an event with what an artifact needs added; other events as they are. @throws {@link ArtifactError} */
  async complete(
    sessionId: string,
    type: string,
    payload: unknown,
  ): Promise<unknown> {
    if (
      type !== 'agent.artifact' ||
      typeof payload !== 'object' ||
      payload === null
    )
      return payload;
    const { path, content, ...rest } = payload as {
      path?: unknown;
      content?: unknown;
    };
    if (typeof content === 'string') {
      const kept = await this.keep(sessionId, Buffer.from(content, 'utf8'));
      return { ...rest, ...(typeof path === 'string' && { path }), ...kept };
    }
    if (typeof path !== 'string') return payload;
    return { ...rest, ...(await this.keepFile(sessionId, path)) };
  }

  /** As `complete`, for a source that cannot be told what is wrong: the artifact then says it itself. */
  async completeOrExplain(
    sessionId: string,
    type: string,
    payload: unknown,
  ): Promise<unknown> {
    try {
      return await this.complete(sessionId, type, payload);
    } catch (error) {
      if (!(error instanceof ArtifactError)) throw error;
      return { ...(payload as object), content: `(${error.message})` };
    }
  }

  /**
   * Reads a file of the workspace and keeps it.
   *
   * @param path relative to the workspace, or absolute inside it
   * @throws {@link ArtifactError}
   */
  async keepFile(sessionId: string, path: string): Promise<KeptFile> {
    const inside = this.relativePath(path);
    const bytes = await this.read(inside);
    return { path: inside, ...(await this.keep(sessionId, bytes)) };
  }

  /** The path relative to the workspace. */
  relativePath(path: string): string {
    if (!isAbsolute(path)) return path.replace(/^(\.\/)+/, '');
    for (const folder of [
      this.options.workspaceDir,
      this.options.manifestWorkspaceDir(),
    ]) {
      const inside = relative(folder, path);
      if (inside && !inside.startsWith('..') && !isAbsolute(inside))
        return inside;
    }
    throw new ArtifactError(
      `"${path}" is not in the workspace. Copy the file there and name it by its path in the workspace.`,
    );
  }

  /** As `keepFile`, always as a blob. */
  async keepBlob(
    sessionId: string,
    path: string,
  ): Promise<{ digest: string; bytes: number }> {
    const bytes = await this.read(this.relativePath(path));
    return await this.keepAsBlob(sessionId, await this.makeSafe(bytes));
  }

  private async read(path: string): Promise<Buffer> {
    try {
      const resolved = await resolveInside(this.options.workspaceDir, path);
      const file = await open(
        resolved,
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      );
      try {
        const stat = await file.stat();
        if (!stat.isFile()) throw new ArtifactError(`"${path}" is not a file.`);
        if (stat.size > INGEST_BLOB_BYTES) {
          throw new ArtifactError(
            `"${path}" has ${stat.size} bytes; an artifact has at most 64 MiB. Split it or make it smaller.`,
          );
        }
        return await file.readFile();
      } finally {
        await file.close();
      }
    } catch (error) {
      if (error instanceof ArtifactError) throw error;
      if (error instanceof OutsideFolderError)
        throw new ArtifactError(error.message, { cause: error });
      const { code } = error as NodeJS.ErrnoException;
      throw new ArtifactError(
        `"${path}" cannot be read: ${
          code === 'ENOENT' ? 'there is no such file in the workspace' : code
        }.`,
        { cause: error },
      );
    }
  }

  private async keep(
    sessionId: string,
    bytes: Buffer,
  ): Promise<Omit<KeptFile, 'path'>> {
    const safe = await this.makeSafe(bytes);
    const text = textOf(safe);
    if (text === undefined || safe.length > LARGEST_INLINE_BYTES / 2) {
      return await this.keepAsBlob(sessionId, safe);
    }
    return { content: text, digest: digestOf(safe), bytes: safe.length };
  }

  private async keepAsBlob(
    sessionId: string,
    safe: Buffer,
  ): Promise<{ digest: string; bytes: number }> {
    const digest = digestOf(safe);
    await this.options.blobs.keep(sessionId, digest, safe);
    return { digest, bytes: safe.length };
  }

  private async makeSafe(bytes: Buffer): Promise<Buffer> {
    const text = textOf(bytes);
    if (text === undefined) return this.safeBytes(bytes);
    return Buffer.from(await this.options.secrets.redactWhole(text), 'utf8');
  }

  /** Bytes cannot be cut without breaking what they are, so a secret in them keeps the whole back. */
  private safeBytes(bytes: Buffer): Buffer {
    const stream = this.options.secrets.byteStream();
    const redacted = Buffer.concat([stream.push(bytes), stream.end()]);
    if (!redacted.equals(bytes)) {
      throw new ArtifactError(
        'The file holds a secret that this pod was given, so it was not taken. Remove the secret from it.',
      );
    }
    return bytes;
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The text that the bytes are, if they are one. */
function textOf(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
