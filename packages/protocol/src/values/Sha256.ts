import { z } from 'zod';

/** A SHA-256 digest as 64 hexadecimal digits in lower case. */
export const Sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits in lower case');

/** Bytes, a count or a duration: a whole number that JSON carries exactly. */
export const Count = z.int().min(0);
