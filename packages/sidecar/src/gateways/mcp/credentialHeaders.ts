import type { ToolSettings } from '@greenroom/protocol';
import { readCredential } from '../../tasks/readCredential';
import { ToolCallError } from './ToolCallError';

/**
 * The headers that a tool's server wants. Read at each request, because a Secret may be rotated meanwhile.
 *
 * @throws ToolCallError when the pod was not given the secret
 */
export async function credentialHeaders(
  { name, headers, credential, auth }: ToolSettings,
  credentialsDir: string,
): Promise<Record<string, string>> {
  const type = auth?.type ?? 'Bearer';
  if (!credential || type === 'None') return { ...headers };
  const keys = await readCredential(credentialsDir, credential);
  const [secret] = Object.values(keys ?? {});
  if (secret === undefined) {
    throw new ToolCallError(
      `The secret of Tool "${name}" is not in this pod. Check that the Secret which its remote.secretRef names exists.`,
    );
  }
  // A file made by hand often ends with a new line, which no header can hold.
  const value = secret.trim();
  switch (type) {
    case 'Header':
      return { ...headers, [auth?.header ?? 'authorization']: value };
    case 'Basic':
      return {
        ...headers,
        authorization: `Basic ${Buffer.from(value).toString('base64')}`,
      };
    default:
      return { ...headers, authorization: `Bearer ${value}` };
  }
}
