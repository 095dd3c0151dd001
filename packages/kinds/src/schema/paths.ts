import { integer, text } from './scalars';
import { withRules } from './withRules';

/** A folder or file: relative to the workspace, or absolute. `..` is refused. */
export const MountPath = withRules(text(512).min(1), [
  {
    rule: "!self.matches('(^|/)[.][.](/|$)')",
    message: 'must not contain ".." as a part of the path',
    holds: path => !/(^|\/)[.][.](\/|$)/.test(path),
  },
]);

/** An absolute folder without `..`. */
export const AbsolutePath = withRules(text(512).regex(/^\/[^\s]*$/), [
  {
    rule: "!self.matches('(^|/)[.][.](/|$)')",
    message: 'must not contain ".." as a part of the path',
    holds: path => !/(^|\/)[.][.](\/|$)/.test(path),
  },
]);

/** Permission bits of a file, as a number: 420 is 0644, 256 is 0400. */
export const FileMode = withRules(integer(0, 511), [
  {
    rule: '!(self % 8 in [2, 3, 6, 7])',
    message:
      'must not let everyone write to the file; clear the last write bit',
    // The last octal digit without its write bit.
    holds: mode => ![2, 3, 6, 7].includes(mode % 8),
  },
]);
