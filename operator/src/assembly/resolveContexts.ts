import type { ResolvedContextItem } from '@greenroom/context-tools';
import { parseDuration, type ContextItem } from '@greenroom/kinds';
import type { ConfigMapContent } from '../cluster/ConfigMapReader';

/** Reads a ConfigMap of the namespace; undefined when there is none. */
export type ReadConfigMap = (
  name: string,
) => Promise<ConfigMapContent | undefined>;

/** Context items with the contents of their ConfigMaps, which only the operator can look up. */
export async function resolveContexts(
  items: readonly ContextItem[],
  read: ReadConfigMap,
): Promise<ResolvedContextItem[]> {
  return await Promise.all(items.map(item => resolveContext(item, read)));
}

async function resolveContext(
  item: ContextItem,
  read: ReadConfigMap,
): Promise<ResolvedContextItem> {
  const { configMap, url, runtime: _, ...rest } = item;
  return {
    ...rest,
    ...(configMap
      ? { configMap: { ...configMap, ...(await read(configMap.name)) } }
      : {}),
    ...(url
      ? {
          url: {
            ...url,
            timeout: Math.ceil(parseDuration(url.timeout) / 1000),
          },
        }
      : {}),
  };
}

/** The ConfigMaps that items name: a change of one is a change of the contexts. */
export function configMapsOf(items: readonly ContextItem[]): string[] {
  return [
    ...new Set(items.flatMap(({ configMap }) => configMap?.name ?? [])),
  ].sort();
}
