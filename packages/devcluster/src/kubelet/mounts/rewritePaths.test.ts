import { rewritePaths } from './rewritePaths';

const mappings = [
  { inside: '/workspace', outside: '/host/w' },
  { inside: '/workspace/deep', outside: '/host/d' },
  { inside: '/tools', outside: '/host/t' },
  { inside: '/etc/greenroom/ca', outside: '/host/ca' },
];

describe('rewritePaths', () => {
  it.each([
    ['/workspace', '/host/w'],
    ['/workspace/repo', '/host/w/repo'],
    ['/workspace/deep/x', '/host/d/x'],
    ['/workspace/deeper', '/host/w/deeper'],
    ['/workspaces', '/workspaces'],
    ['/workspace-2', '/workspace-2'],
    ['/workspace.bak', '/workspace.bak'],
    ['a/workspace', 'a/workspace'],
    ['$HOME/tools', '$HOME/tools'],
    ['${HOME}/tools', '${HOME}/tools'],
    ['$(pwd)/tools', '$(pwd)/tools'],
    ['~/tools ./tools ../tools', '~/tools ./tools ../tools'],
    ['--dir=/workspace', '--dir=/host/w'],
    ['PATH=/tools:/usr/bin:/tools/bin', 'PATH=/host/t:/usr/bin:/host/t/bin'],
    ['cd /workspace && ls "/tools"', 'cd /host/w && ls "/host/t"'],
    ['(/tools/run;)', '(/host/t/run;)'],
    ['file:///workspace/a', 'file:///host/w/a'],
    ['http://example.com/workspace', 'http://example.com/workspace'],
    ['http://127.0.0.1:9090/tools', 'http://127.0.0.1:9090/tools'],
    ['{"ca":"/etc/greenroom/ca/ca.crt"}', '{"ca":"/host/ca/ca.crt"}'],
    ['/etc/greenroom/car', '/etc/greenroom/car'],
    ['', ''],
  ])('%s becomes %s', (text, expected) => {
    expect(rewritePaths(text, mappings)).toBe(expected);
  });

  it('never rewrites what it has written', () => {
    const swapped = [
      { inside: '/a', outside: '/b' },
      { inside: '/b', outside: '/a' },
    ];
    expect(rewritePaths('/a /b', swapped)).toBe('/b /a');
  });

  it('leaves text alone where nothing is mounted', () => {
    expect(rewritePaths('/workspace', [])).toBe('/workspace');
  });
});
