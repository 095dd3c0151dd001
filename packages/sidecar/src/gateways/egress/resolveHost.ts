import { lookup as resolveName } from 'node:dns';
import type { LookupAddress, LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isAddress, judgeAddress, type Reach } from './judgeAddress';

/** Where a host may be connected to. */
export type ResolvedHost =
  | { found: 'addresses'; addresses: readonly LookupAddress[] }
  | { found: 'nothing'; message: string }
  /** It resolves to addresses that may not be connected to; `address` is one of them. */
  | { found: 'refused'; address: string; what: string; needs: Reach };

/** Resolves a name to all its addresses. */
export type NameResolver = (name: string) => Promise<LookupAddress[]>;

/** As the operating system resolves names, search domains included. */
export const systemResolver: NameResolver = name =>
  new Promise((resolve, reject) => {
    resolveName(name, { all: true }, (error, addresses) =>
      error ? reject(error) : resolve(addresses),
    );
  });

/**
 * Resolves a host once and keeps the addresses that may be connected to. The connection must then be made to one of them and not
 * to the name: whoever owns the name could answer otherwise the second time.
 */
export async function resolveHost(
  host: string,
  reach: Reach,
  networks: readonly string[],
  resolver: NameResolver = systemResolver,
): Promise<ResolvedHost> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  let addresses: LookupAddress[];
  try {
    addresses = isAddress(bare)
      ? [{ address: bare, family: bare.includes(':') ? 6 : 4 }]
      : await resolver(bare);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      found: 'nothing',
      message:
        code === 'ENOTFOUND'
          ? `${host} does not resolve. Check the name.`
          : `The name server does not answer for ${host} (${code}). Try again.`,
    };
  }
  const judged = addresses.map(each => ({
    ...each,
    judgement: judgeAddress(each.address, reach, networks),
  }));
  const usable = judged.filter(({ judgement }) => judgement.allowed);
  if (usable.length > 0) {
    return {
      found: 'addresses',
      addresses: usable.map(({ address, family }) => ({ address, family })),
    };
  }
  for (const { address, judgement } of judged) {
    if (!judgement.allowed) {
      const { what, needs } = judgement;
      return { found: 'refused', address, what, needs };
    }
  }
  return { found: 'nothing', message: `${host} has no address.` };
}

/** Answers every look-up with addresses that are known already. */
export function pinnedLookup(
  addresses: readonly LookupAddress[],
): LookupFunction {
  return (_name, options: LookupOptions, callback) => {
    const wanted = addresses.filter(
      ({ family }) => !options.family || options.family === family,
    );
    if (options.all) callback(null, [...wanted]);
    else if (wanted.length > 0)
      callback(null, wanted[0].address, wanted[0].family);
    else
      callback(
        Object.assign(new Error('no address of that family'), {
          code: 'ENOTFOUND',
        }),
        '',
      );
  };
}
