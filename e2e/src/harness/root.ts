import path from 'node:path';

/** The repository's root: jest runs in this package's folder. */
export const root = path.resolve(process.cwd(), '..');
