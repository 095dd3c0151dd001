import {
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { INGEST_BLOB_BYTES, INGEST_BLOBS_PATH } from '@greenroom/protocol';
import { backOffMs, INGEST_BACK_OFF } from '../ingest/backOff';
import { OPERATOR_SERVER_NAME } from '../ingest/IngestClient';
import { pause } from '../ingest/pause';

/** Where blobs go and wait. */
export interface BlobStoreOptions {
  folder: string;
  ingestUrl: URL;
  tokenFile: string;
  caFile: string;
  warn(fact: Record<string, unknown>, message: string): void;
}

/** 64 MiB over a slow link. */
const UPLOAD_TIMEOUT_MS = 120_000;

interface WaitingBlob {
  sessionId: string;
  digest: string;
}

/** Large contents on their way to the operator: on the disk until it has them. All of them are redacted already. */
export class BlobStore {
  private readonly waiting: WaitingBlob[] = [];
  private wake: (() => void) | undefined;
  private idle: (() => void)[] = [];
  private isUploading = false;

  constructor(private readonly options: BlobStoreOptions) {}

  /** Blobs that are not at the operator yet. */
  get backlog(): number {
    return this.waiting.length + (this.isUploading ? 1 : 0);
  }

  /** Keeps a blob; returns when it is on the disk. */
  async keep(sessionId: string, digest: string, bytes: Buffer): Promise<void> {
    if (bytes.length > INGEST_BLOB_BYTES) {
      throw new RangeError(
        `A blob of ${bytes.length} bytes is larger than the ${INGEST_BLOB_BYTES} that are kept.`,
      );
    }
    const folder = join(this.options.folder, sessionId);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, digest);
    await writeFile(`${path}.partial`, bytes, { mode: 0o600, flush: true });
    await rename(`${path}.partial`, path);
    this.add({ sessionId, digest });
  }

  /** Finds what a former process left. */
  async recover(): Promise<void> {
    for (const sessionId of await readdir(this.options.folder).catch(
      () => [],
    )) {
      for (const digest of await readdir(
        join(this.options.folder, sessionId),
      ).catch(() => [])) {
        if (/^[0-9a-f]{64}$/.test(digest)) this.add({ sessionId, digest });
      }
    }
  }

  /** Uploads what waits, for ever, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let attempt = 0;
    while (!signal.aborted) {
      const blob = this.waiting.shift();
      if (!blob) {
        for (const tell of this.idle.splice(0)) tell();
        await new Promise<void>(resolve => {
          this.wake = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        continue;
      }
      this.isUploading = true;
      try {
        await this.upload(blob, signal);
        await rm(join(this.options.folder, blob.sessionId, blob.digest), {
          force: true,
        });
        attempt = 0;
      } catch (error) {
        attempt += 1;
        if (!signal.aborted)
          this.options.warn(
            { session: blob.sessionId, err: error },
            'a blob could not be uploaded; trying again',
          );
        this.waiting.push(blob);
        await pause(backOffMs(INGEST_BACK_OFF, attempt, Math.random()), signal);
      } finally {
        this.isUploading = false;
      }
    }
  }

  /** Waits until the operator has everything. */
  drained(): Promise<void> {
    if (this.backlog === 0) return Promise.resolve();
    return new Promise(resolve => this.idle.push(resolve));
  }

  private add(blob: WaitingBlob): void {
    this.waiting.push(blob);
    this.wake?.();
  }

  private async upload(
    { sessionId, digest }: WaitingBlob,
    signal: AbortSignal,
  ): Promise<void> {
    const [bytes, token, ca] = await Promise.all([
      readFile(join(this.options.folder, sessionId, digest)),
      readFile(this.options.tokenFile, 'utf8'),
      readFile(this.options.caFile, 'utf8'),
    ]);
    const { hostname, port } = this.options.ingestUrl;
    await new Promise<void>((resolve, reject) => {
      request(
        {
          method: 'PUT',
          host: hostname,
          port: port || 443,
          path: `${INGEST_BLOBS_PATH}/${sessionId}/${digest}`,
          servername: OPERATOR_SERVER_NAME,
          ca,
          agent: false,
          signal: AbortSignal.any([
            signal,
            AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
          ]),
          headers: {
            authorization: `Bearer ${token.trim()}`,
            'content-type': 'application/octet-stream',
            'content-length': bytes.length,
          },
        },
        response => {
          response.resume();
          const { statusCode = 0 } = response;
          if (statusCode >= 200 && statusCode < 300)
            response.on('end', () => resolve());
          else reject(new Error(`the operator answered ${statusCode}`));
        },
      )
        .on('error', reject)
        .end(bytes);
    });
  }
}
