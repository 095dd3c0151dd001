import { mediaTypeOf } from './mediaTypeOf';

/** How a share is best shown. */
export type ShareType =
  | 'site'
  | 'image'
  | 'svg'
  | 'csv'
  | 'json'
  | 'archive'
  | 'document'
  | 'code'
  | 'file';

const BY_MEDIA_TYPE: Record<string, ShareType> = {
  'text/html': 'site',
  'image/svg+xml': 'svg',
  'text/csv': 'csv',
  'application/json': 'json',
  'text/markdown': 'document',
  'application/pdf': 'document',
  'application/zip': 'archive',
  'application/gzip': 'archive',
  'application/x-tar': 'archive',
  'text/javascript': 'code',
  'text/x-diff': 'code',
};

/** The kind of a share by what it holds: a folder with an index page is a site, other folders are plain files. */
export function shareTypeOf(
  path: string,
  fileCount: number,
  hasIndex: boolean,
): ShareType {
  if (hasIndex) return 'site';
  if (fileCount > 1) return 'file';
  const mediaType = mediaTypeOf(path);
  return (
    BY_MEDIA_TYPE[mediaType] ??
    (mediaType.startsWith('image/') ? 'image' : 'file')
  );
}
