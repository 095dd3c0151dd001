import { ImageCatalog } from './ImageCatalog';
import { imageNameOf } from './imageNameOf';
import { UnknownImageError } from './UnknownImageError';

describe('imageNameOf', () => {
  it.each([
    ['busybox', 'busybox'],
    ['busybox:1.36', 'busybox'],
    ['docker.io/library/busybox:1', 'busybox'],
    ['docker.io/me/app', 'me/app'],
    ['ghcr.io/x/y:0.1.0', 'ghcr.io/x/y'],
    ['ghcr.io/x/y@sha256:abc', 'ghcr.io/x/y'],
    ['ghcr.io/x/y:1@sha256:abc', 'ghcr.io/x/y'],
    ['localhost:5000/y', 'localhost:5000/y'],
    ['localhost:5000/y:2', 'localhost:5000/y'],
  ])('%s is %s', (reference, expected) => {
    expect(imageNameOf(reference)).toBe(expected);
  });
});

describe('ImageCatalog', () => {
  it('finds an image under any tag', () => {
    const text = '{"images": {"ghcr.io/x/y": {"command": ["run"]}}}';
    const catalog = ImageCatalog.parse(text, 'f.json');
    expect(catalog.find('ghcr.io/x/y:0.1.0')).toEqual({ command: ['run'] });
    expect(catalog.find('ghcr.io/x/z')).toBeUndefined();
  });

  it.each([
    ['{', /The images file f\.json is not JSON: /],
    ['[]', /has no object "images"/],
    ['{"images": {"a": 1}}', /describes "a" wrongly: it must be an object/],
    ['{"images": {"a": {"cmd": []}}}', /"cmd" is not known/],
    ['{"images": {"a": {"command": []}}}', /"command" must be a list/],
    ['{"images": {"a": {"env": {"X": 1}}}}', /"env" must be an object/],
    ['{"images": {"a": {"workingDir": 1}}}', /"workingDir" must be a string/],
  ])('says what is wrong with %s', (text, message) => {
    expect(() => ImageCatalog.parse(text, 'f.json')).toThrow(message);
  });
});

describe('UnknownImageError', () => {
  it('says what to do', () => {
    expect(new UnknownImageError('x:1', ['a', 'b']).message).toMatch(
      /Image "x:1" cannot be pulled: .* Add it to the images file .* use one of a, b, or run this on a real cluster\./,
    );
  });
});
