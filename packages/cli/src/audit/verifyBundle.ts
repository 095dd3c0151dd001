import {
  Seal,
  StoredEntry,
  Verification,
  verifySession,
} from '@greenroom/protocol';
import { nodeSha256, nodeVerifySignature } from '@greenroom/protocol/node';
import { CliError } from '../CliError';

/**
 * Verifies an exported bundle: lines of JSON as `greenroom sessions export` writes them. Nothing but the bundle is
 * needed, which is why its keys are only as good as where it came from: compare their ids with the cluster's.
 *
 * @throws {@link CliError} with status 3 when it is no bundle.
 */
export function verifyBundle(lines: Iterable<string>): Verification {
  let sessionId: string | undefined;
  let genesis: Parameters<typeof verifySession>[0]['genesis'];
  const entries: StoredEntry[] = [];
  const seals: Seal[] = [];
  const keys = new Map<string, Uint8Array>();
  for (const line of lines) {
    if (!line.trim()) continue;
    const { record, ...rest } = parse(line);
    switch (record) {
      case 'meta':
        sessionId = rest.session_id;
        genesis = rest.genesis;
        break;
      case 'key':
        keys.set(
          rest.key_id,
          new Uint8Array(Buffer.from(rest.public_key, 'base64')),
        );
        break;
      case 'entry':
        entries.push(rest as StoredEntry);
        break;
      case 'seal':
        seals.push(Seal.parse(rest));
        break;
      default:
      // Blobs are bound by the digests in the entries' bodies; later versions may add more.
    }
  }
  if (!sessionId) {
    throw new CliError(
      'This is no exported session: it has no meta record. Make one with: greenroom sessions export ID',
      3,
    );
  }
  return verifySession({
    sessionId,
    entries,
    seals,
    keys,
    genesis,
    sha256: nodeSha256,
    verifySignature: nodeVerifySignature,
  });
}

function parse(line: string) {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new CliError(
      `This is no exported session: a line is no JSON (${
        (error as Error).message
      }).`,
      3,
      { cause: error },
    );
  }
}
