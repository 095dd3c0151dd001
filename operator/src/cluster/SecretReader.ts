import {
  ApiError,
  Secret,
  type KubeClient,
} from '@greenroom/controller-runtime';

/** What is known of one key of a Secret. */
export type SecretPresence =
  | 'Present'
  | 'SecretMissing'
  | 'KeyMissing'
  | 'Forbidden';

/** How long an answer is believed: rotation changes values, seldom whether a key is there. */
const presentForMs = 600_000;
/** Somebody who has just been told to create it should see it taken up soon. */
const missingForMs = 5_000;

interface Answer {
  readonly keys: ReadonlySet<string> | 'Missing' | 'Forbidden';
  readonly until: number;
}

/**
 * Looks whether Secrets that manifests name are there. The operator watches no Secrets and keeps no value of one: it may read
 * only those that a namespace's Role names.
 */
export class SecretReader {
  private readonly answers = new Map<string, Answer>();

  constructor(
    private readonly client: KubeClient,
    private readonly now: () => number = Date.now,
  ) {}

  /** Whether the Secret, and the key in it, is there. */
  async presence(
    namespace: string,
    name: string,
    key?: string,
  ): Promise<SecretPresence> {
    const { keys } = await this.answer(namespace, name);
    if (keys === 'Missing') return 'SecretMissing';
    if (keys === 'Forbidden') return 'Forbidden';
    return key === undefined || keys.has(key) ? 'Present' : 'KeyMissing';
  }

  /** The values of a Secret, for a request that the operator itself makes; undefined if it cannot be read. */
  async values(
    namespace: string,
    name: string,
  ): Promise<Record<string, string> | undefined> {
    try {
      const secret = await this.client.find(Secret, { namespace, name });
      return (
        secret &&
        Object.fromEntries(
          Object.entries(secret.data ?? {}).map(([key, value]) => [
            key,
            Buffer.from(value, 'base64').toString('utf8'),
          ]),
        )
      );
    } catch (error) {
      if (ApiError.isForbidden(error)) return undefined;
      throw error;
    }
  }

  private async answer(namespace: string, name: string): Promise<Answer> {
    const id = `${namespace}/${name}`;
    const known = this.answers.get(id);
    if (known && known.until > this.now()) return known;
    const keys = await this.keysOf(namespace, name);
    const answer = {
      keys,
      until: this.now() + (keys instanceof Set ? presentForMs : missingForMs),
    };
    this.answers.set(id, answer);
    return answer;
  }

  private async keysOf(
    namespace: string,
    name: string,
  ): Promise<Answer['keys']> {
    try {
      const secret = await this.client.find(Secret, { namespace, name });
      return secret ? new Set(Object.keys(secret.data ?? {})) : 'Missing';
    } catch (error) {
      if (ApiError.isForbidden(error)) return 'Forbidden';
      throw error;
    }
  }
}
