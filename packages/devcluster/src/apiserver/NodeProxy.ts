import type { Readable, Writable } from 'node:stream';

/** The container of a pod that a request names; the API server has checked that both exist in the pod's spec. */
export interface ContainerRef {
  namespace: string;
  pod: string;
  /** The pod's `metadata.uid`, so that a new pod of the same name is never mistaken for the old one. */
  uid: string;
  container: string;
}

/** What `GET …/pods/<name>/log` was asked for. */
export interface LogOptions {
  follow: boolean;
  /** The log of the container's previous run. */
  previous: boolean;
  /** Each line starts with its RFC 3339 time and a space. */
  timestamps: boolean;
  /** The last N lines only. */
  tailLines?: number;
  /** At most this many bytes. */
  limitBytes?: number;
  /** Only lines written at or after this time, in milliseconds since the epoch. */
  sinceTime?: number;
}

/** What `exec` or `attach` was asked for. */
export interface ExecOptions {
  /** Empty for `attach`. */
  command: string[];
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** How a command in a container ended. */
export interface ExecResult {
  /** 0–255; a process ended by a signal has 128 + the signal's number. */
  exitCode: number;
}

/** A running command in a container, or the container's own streams (`attach`). */
export interface ExecSession {
  stdin?: Writable;
  stdout?: Readable;
  /** Absent with a TTY, whose one stream is `stdout`. */
  stderr?: Readable;
  /** Sets the terminal's size; nothing happens without a TTY. */
  resize(columns: number, rows: number): void;
  /** Ends the command's process group; for `attach`, only detaches. */
  close(): void;
  /** Settles when the command ended. Rejects with an error for people if it could not be started. */
  result: Promise<ExecResult>;
}

/** Where the port of a pod answers on this machine. */
export interface PortTarget {
  host: string;
  port: number;
}

/**
 * What the API server asks of the node's kubelet. The kubelet runs in the same process and registers itself with
 * {@link ApiServer.registerNode}; errors it throws become the message of the answer.
 */
export interface NodeProxy {
  /**
   * The container's log. Ends when the log ends, or, following, when the container has; `signal` aborts it when the
   * client has gone. Throws before the first chunk if there is no such log.
   */
  logs(
    container: ContainerRef,
    options: LogOptions,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  exec(container: ContainerRef, options: ExecOptions): Promise<ExecSession>;
  attach(container: ContainerRef, options: ExecOptions): Promise<ExecSession>;
  /** Where a pod's port answers; `undefined` if the pod has no network here yet. */
  portTarget(
    pod: { namespace: string; name: string; uid: string },
    port: number,
  ): PortTarget | undefined;
}
