/** Where the operator's ingest listens below its host. */
export const INGEST_PATH = '/ingest/v1';
/** Blobs are put to `<INGEST_PATH>/blobs/<session id>/<sha256 hex>`. */
export const INGEST_BLOBS_PATH = `${INGEST_PATH}/blobs`;
/** Longest text frame in either direction, in bytes. */
export const INGEST_FRAME_BYTES = 1_048_576;
/** Largest blob, in bytes. */
export const INGEST_BLOB_BYTES = 64 * 1_048_576;
/** Close code of a connection whose epoch was taken over by another sidecar. */
export const FENCED_CLOSE_CODE = 4409;
/** A connection is dead after this many heartbeats without an answer. */
export const MISSED_HEARTBEATS = 3;
