import type { LocalImage } from '../images/ImageCatalog';
import type { Container } from '../pods/podParts';
import { containerCommand } from './containerCommand';

const commandOf = (
  container: Partial<Container>,
  image: LocalImage = { command: ['$BIN/run', '--fast'] },
) =>
  containerCommand({
    container: { name: 'c', image: 'i', ...container },
    image,
    environment: new Map([
      ['A', '/data/a'],
      ['WEB_HOST', 'own'],
    ]),
    ambient: new Map([
      ['WEB_HOST', 'ambient'],
      ['WEB_PORT', '80'],
    ]),
    fixed: { POD_IP: '127.40.0.1' },
    host: { BIN: '/opt/bin', PATH: '/usr/bin', SECRET: 'mine' },
    rewrite: text => text.replace('/data', '/host/data'),
    root: '/root',
  });

describe('containerCommand', () => {
  it.each<[string, Partial<Container>, string[]]>([
    ['the image’s command alone', {}, ['/opt/bin/run', '--fast']],
    ['args follow it', { args: ['x'] }, ['/opt/bin/run', '--fast', 'x']],
    ['command replaces it', { command: ['y'] }, ['y']],
    ['command and args', { command: ['y'], args: ['x'] }, ['y', 'x']],
    [
      'variables and paths of the pod',
      { command: ['$(A)', '$(WEB_PORT)', '$BIN'] },
      ['/host/data/a', '80', '$BIN'],
    ],
  ])('%s', (_, container, argv) => {
    expect(commandOf(container).argv).toEqual(argv);
  });

  it('takes only what it must from the host', () => {
    const image = { command: ['x'], env: { PATH: '/x:$PATH', B: '${BIN}' } };
    expect(commandOf({}, image).environment).toEqual({
      PATH: '/x:/usr/bin',
      B: '/opt/bin',
      LANG: 'C.UTF-8',
      HOME: '/root/home',
      TMPDIR: '/root/tmp',
      A: '/host/data/a',
      WEB_HOST: 'own',
      WEB_PORT: '80',
      POD_IP: '127.40.0.1',
    });
  });

  it.each([
    [{}, {}, '/root'],
    [{}, { workingDir: '$BIN' }, '/opt/bin'],
    [{ workingDir: '/data/x' }, {}, '/host/data/x'],
    [{ workingDir: '/app' }, { workingDir: '/opt' }, '/root/app'],
  ])('working in %j of %j is working in %s', (container, image, expected) => {
    const { workingDir } = commandOf(container, { command: ['x'], ...image });
    expect(workingDir).toBe(expected);
  });

  it('says who names no command', () => {
    expect(() => commandOf({}, {})).toThrow(
      'no command specified: neither container "c" nor the local image "i" names one',
    );
  });
});
