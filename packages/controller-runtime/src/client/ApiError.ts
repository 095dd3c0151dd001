/** The `Status` object with which an API server answers what it refuses. */
export interface StatusBody {
  kind?: 'Status';
  status?: string;
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    retryAfterSeconds?: number;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

/** An answer of the API server that is not a success. `reason` is Kubernetes' own, such as `NotFound` or `Conflict`. */
export class ApiError extends Error {
  readonly name = 'ApiError';

  constructor(
    /** HTTP status code. */
    readonly code: number,
    /** Kubernetes' machine-readable reason; empty if the answer was no `Status`. */
    readonly reason: string,
    message: string,
    /** `METHOD /path` of the refused request. */
    readonly request: string,
    readonly status?: StatusBody,
  ) {
    super(`${request}: ${message}`);
  }

  static isNotFound(error: unknown): error is ApiError {
    return error instanceof ApiError && error.code === 404;
  }

  /** The object changed since it was read, or another field manager owns a field. */
  static isConflict(error: unknown): error is ApiError {
    return (
      error instanceof ApiError &&
      error.code === 409 &&
      error.reason !== 'AlreadyExists'
    );
  }

  static isAlreadyExists(error: unknown): error is ApiError {
    return error instanceof ApiError && error.reason === 'AlreadyExists';
  }

  /** The resource version or continue token is too old: list again. */
  static isGone(error: unknown): error is ApiError {
    return error instanceof ApiError && error.code === 410;
  }

  static isForbidden(error: unknown): error is ApiError {
    return error instanceof ApiError && error.code === 403;
  }

  /** The object itself is wrong (422 or 400): trying the same again cannot succeed. */
  static isInvalid(error: unknown): error is ApiError {
    return (
      error instanceof ApiError && (error.code === 422 || error.code === 400)
    );
  }
}
