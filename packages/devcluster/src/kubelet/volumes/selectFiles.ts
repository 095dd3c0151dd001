import { type PayloadFile, VolumeError } from './PayloadFile';

/** Which keys of an object become which files. */
export interface KeySelection {
  /** Without it every key becomes a file of its name. */
  items?: readonly { key: string; path: string; mode?: number }[];
  defaultMode: number;
  optional?: boolean;
}

/**
 * The files that a ConfigMap's or Secret's keys become.
 *
 * @param subject - for messages, such as `configmap "settings"`
 */
export function selectFiles(
  data: ReadonlyMap<string, Buffer>,
  selection: KeySelection,
  subject: string,
): PayloadFile[] {
  const { items, defaultMode, optional } = selection;
  if (!items?.length) {
    return [...data].map(([path, content]) => ({
      path,
      content,
      mode: defaultMode,
    }));
  }
  const files: PayloadFile[] = [];
  for (const { key, path, mode } of items) {
    const content = data.get(key);
    if (content) files.push({ path, content, mode: mode ?? defaultMode });
    else if (!optional) {
      throw new VolumeError(
        `${subject} has no key "${key}", which the volume asks for`,
      );
    }
  }
  return files;
}

/** The keys of a ConfigMap as bytes: text and binary ones. */
export function configMapData(configMap: {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}): Map<string, Buffer> {
  const result = new Map<string, Buffer>();
  for (const [key, value] of Object.entries(configMap.data ?? {})) {
    result.set(key, Buffer.from(value, 'utf8'));
  }
  for (const [key, value] of Object.entries(configMap.binaryData ?? {})) {
    result.set(key, Buffer.from(value, 'base64'));
  }
  return result;
}

/** The keys of a Secret as bytes. */
export function secretData(secret: {
  data?: Record<string, string>;
}): Map<string, Buffer> {
  return new Map(
    Object.entries(secret.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64'),
    ]),
  );
}
