import { ToolCallError } from './ToolCallError';

interface UpstreamFault extends Error {
  code?: string | number;
  status?: number;
  cause?: { code?: string; message?: string };
  data?: { status?: number };
}

/** Longest part of a server's own words in a sentence of ours. */
const QUOTED_CHARACTERS = 2_000;

/** What went wrong with a tool's server, as a sentence for the model and for people. */
export function explainUpstream(
  error: unknown,
  tool: string,
  timeoutMs: number,
): ToolCallError {
  if (error instanceof ToolCallError) return error;
  return new ToolCallError(
    sentenceOf(error as UpstreamFault, tool, timeoutMs),
    {
      cause: error,
    },
  );
}

function sentenceOf(
  fault: UpstreamFault,
  tool: string,
  timeoutMs: number,
): string {
  const { name, code, cause } = fault;
  const message = String(fault.message).slice(0, QUOTED_CHARACTERS);
  const status = fault.status ?? fault.data?.status;
  if (code === 'REQUEST_TIMEOUT' || name === 'TimeoutError') {
    return `Tool "${tool}" did not answer within ${
      timeoutMs / 1000
    } s. Whether it did something is not known. Look before you try again.`;
  }
  if (name === 'RangeError') {
    return `Tool "${tool}" was cut off: ${message}. Ask for less at once.`;
  }
  if (status === 401 || status === 403 || /HTTP 40[13]\b/.test(message)) {
    return `Tool "${tool}" refused Greenroom's credential (HTTP ${
      status ?? message
    }). Somebody must correct the Secret that the Tool names.`;
  }
  const network = networkFault(fault) ?? (cause && networkFault(cause));
  if (network) {
    return `Tool "${tool}" cannot be reached: ${network}. Try again later, or go on without it.`;
  }
  // Codes of JSON-RPC are numbers: the server itself says so, and speaks MCP.
  if (typeof code === 'number' && code < 0) {
    return `Tool "${tool}" answered with an error: ${message}`;
  }
  return `Tool "${tool}" did not answer as an MCP server does: ${message}`;
}

function networkFault(fault: {
  code?: unknown;
  message?: string;
}): string | undefined {
  const { code, message = '' } = fault;
  const isNetwork =
    (typeof code === 'string' &&
      /^(E[A-Z]+|UND_ERR_\w+|CERT_\w+)$/.test(code)) ||
    /fetch failed|socket hang up|terminated|other side closed/.test(message);
  return isNetwork ? message || String(code) : undefined;
}
