import fc from 'fast-check';
import { cleanPath, conflictingPaths, InvalidPathError } from './cleanPath';

const names = fc.array(fc.constantFrom('a', 'b', 'docs', 'x.md'), {
  minLength: 1,
  maxLength: 4,
});

describe('cleanPath', () => {
  it.each([
    ['docs', '/workspace/docs'],
    ['./docs/', '/workspace/docs'],
    ['docs//a.md', '/workspace/docs/a.md'],
    ['/etc/tool.conf', '/etc/tool.conf'],
    ['//etc/./tool.conf', '/etc/tool.conf'],
    ['.', '/workspace'],
    ['a..b', '/workspace/a..b'],
  ])('takes %s as %s', (path, clean) => {
    expect(cleanPath(path, '/workspace')).toBe(clean);
  });

  it.each([
    '..',
    'a/../b',
    '/workspace/../etc',
    'a/..',
    '/',
    '//',
    'a\nb',
    'a\u0000b',
  ])('refuses %j', path => {
    expect(() => cleanPath(path, '/workspace')).toThrow(InvalidPathError);
  });

  it('gives one text for every spelling of a path', () => {
    const joints = fc.array(fc.constantFrom('/', '//', '/./'), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(
        names,
        joints,
        fc.constantFrom('', '/', '/.'),
        (parts, separators, end) => {
          const spelled =
            parts
              .map((part, index) => (index ? separators[index - 1] : '') + part)
              .join('') + end;
          expect(cleanPath(spelled, '/w')).toBe(`/w/${parts.join('/')}`);
        },
      ),
    );
  });
});

describe('conflictingPaths', () => {
  const claim = (
    name: string,
    path: string,
    shape: 'file' | 'folder' = 'file',
  ) => ({ name, path, shape });

  it('finds two claims of one path, whatever they are', () => {
    expect(
      conflictingPaths([claim('a', '/w/x'), claim('b', '/w/x', 'folder')]),
    ).toEqual([{ first: 'a', second: 'b', path: '/w/x' }]);
  });

  it('finds a claim inside what another claims as a file, in either order', () => {
    expect(
      conflictingPaths([claim('a', '/w/x'), claim('b', '/w/x/y')]),
    ).toHaveLength(1);
    expect(
      conflictingPaths([claim('b', '/w/x/y'), claim('a', '/w/x')]),
    ).toHaveLength(1);
  });

  it('lets a file lie in a folder, and names begin alike', () => {
    expect(
      conflictingPaths([
        claim('a', '/w', 'folder'),
        claim('b', '/w/x'),
        claim('c', '/w/xy'),
        claim('d', '/w/z/x'),
      ]),
    ).toEqual([]);
  });
});
