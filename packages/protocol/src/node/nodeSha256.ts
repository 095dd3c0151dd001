import { hash } from 'node:crypto';
import type { Sha256Function } from '../chain/ChainCrypto';

/** SHA-256 by OpenSSL. */
export const nodeSha256: Sha256Function = bytes =>
  hash('sha256', bytes, 'buffer');
