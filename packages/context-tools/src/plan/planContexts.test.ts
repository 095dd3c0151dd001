import fc from 'fast-check';
import { planContexts } from './planContexts';
import type { ResolvedContextItem } from './ResolvedContextItem';

const text = (
  name: string,
  mountPath?: string,
  more: Partial<ResolvedContextItem> = {},
): ResolvedContextItem => ({
  name,
  type: 'Text',
  text: `content of ${name}`,
  ...(mountPath !== undefined && { mountPath }),
  ...more,
});
const git = (
  name: string,
  mountPath: string,
  more: Partial<ResolvedContextItem['git'] & object> = {},
): ResolvedContextItem => ({
  name,
  type: 'Git',
  mountPath,
  git: { repository: 'https://git.example/a.git', ...more },
});
const messages = (items: ResolvedContextItem[]) =>
  planContexts(items, '/workspace').conflicts.map(conflict => conflict.message);

describe('planContexts', () => {
  it('writes a text with a mount path to a file and one without into context.md', () => {
    const plan = planContexts(
      [text('style', 'docs/STYLE.md'), text('house & garden')],
      '/workspace',
    );
    expect(plan.conflicts).toEqual([]);
    expect(plan.files).toEqual([
      {
        context: 'style',
        root: 'workspace',
        path: 'docs/STYLE.md',
        mode: 0o644,
        text: 'content of style',
      },
    ]);
    expect(plan.contextFile).toEqual({
      root: 'workspace',
      path: '.greenroom/context.md',
      parts: [
        {
          name: 'house & garden',
          type: 'Text',
          content: 'content of house &amp; garden',
        },
      ],
    });
  });

  it.each([
    ['docs/a.md', 'workspace', 'docs/a.md'],
    ['./docs//a.md', 'workspace', 'docs/a.md'],
    ['/workspace/docs/a.md', 'workspace', 'docs/a.md'],
    ['//workspace/./docs/a.md/', 'workspace', 'docs/a.md'],
    ['/workspaces/a.md', 'outside', 'workspaces/a.md'],
    ['/etc/tool/config.yaml', 'outside', 'etc/tool/config.yaml'],
  ])('cleans the mount path %s', (mountPath, root, path) => {
    expect(
      planContexts([text('a', mountPath)], '/workspace').files,
    ).toMatchObject([{ root, path }]);
  });

  it.each([
    ['../etc/passwd', '".." is not allowed'],
    ['/workspace/../etc/passwd', '".." is not allowed'],
    ['a/../../b', '".." is not allowed'],
    ['/', 'the root of the file system'],
    ['a\0b', 'NUL'],
  ])('refuses the mount path %j', (mountPath, words) => {
    const plan = planContexts([text('a', mountPath)], '/workspace');
    expect(plan.files).toEqual([]);
    expect(plan.conflicts).toHaveLength(1);
    expect(plan.conflicts[0]).toMatchObject({
      context: 'a',
      reason: 'InvalidPath',
    });
    expect(plan.conflicts[0].message).toContain(words);
  });

  it('finds two items at one path whatever their spelling', () => {
    expect(
      messages([text('a', 'docs/x.md'), text('b', '/workspace//docs/./x.md')]),
    ).toEqual([
      'Contexts "a" and "b" both go to "docs/x.md" in the workspace. Give one of them another mountPath.',
    ]);
  });

  it('finds an item inside the file of another', () => {
    expect(
      messages([
        text('inner', 'docs/x.md/deep/y.md'),
        text('outer', 'docs/x.md'),
      ]),
    ).toEqual([
      'Context "inner" goes to "docs/x.md/deep/y.md" in the workspace, but context "outer" makes "docs/x.md" in the workspace a file. Give one of them another mountPath.',
    ]);
  });

  it('lets a file and a second repository lie inside a repository, the outer one cloned first', () => {
    const plan = planContexts(
      [
        git('inner', 'src/vendor/lib'),
        text('note', 'src/NOTE.md'),
        git('outer', 'src'),
      ],
      '/workspace',
    );
    expect(plan.conflicts).toEqual([]);
    expect(plan.checkouts.map(({ context }) => context)).toEqual([
      'outer',
      'inner',
    ]);
  });

  it('takes the workspace itself as the place of a repository', () => {
    expect(
      planContexts(
        [git('all', '/workspace', { depth: 0, ref: 'v1' })],
        '/workspace',
      ).checkouts,
    ).toEqual([
      {
        context: 'all',
        root: 'workspace',
        path: '',
        repository: 'https://git.example/a.git',
        ref: 'v1',
        depth: 0,
        subPath: '',
        recurseSubmodules: false,
      },
    ]);
  });

  it('keeps context.md for itself', () => {
    expect(messages([text('sly', '.greenroom/context.md')])[0]).toContain(
      '"context.md" and "sly" both go to',
    );
  });

  it('starts a task’s relative paths in its folder, and refuses places outside the workspace of a running pod', () => {
    const options = { base: '.greenroom/tasks/inspect', outside: false };
    const plan = planContexts(
      [
        git('repo', 'repo'),
        text('rules'),
        text('abs', '/workspace/x'),
        text('etc', '/etc/x'),
      ],
      '/workspace',
      options,
    );
    expect(plan.checkouts[0].path).toBe('.greenroom/tasks/inspect/repo');
    expect(plan.contextFile?.path).toBe('.greenroom/tasks/inspect/context.md');
    expect(plan.files.map(({ path }) => path)).toEqual(['x']);
    expect(plan.conflicts.map(({ context }) => context)).toEqual(['etc']);
  });

  it('writes each key of a ConfigMap into a folder, or all of them into context.md', () => {
    const configMap = { name: 'cm', data: { b: '<2>', a: '1' } };
    const plan = planContexts(
      [
        {
          name: 'dir',
          type: 'ConfigMap',
          mountPath: 'conf',
          fileMode: 0o600,
          configMap,
        },
        { name: 'all', type: 'ConfigMap', configMap },
        {
          name: 'one',
          type: 'ConfigMap',
          configMap: { ...configMap, key: 'b' },
        },
      ],
      '/workspace',
    );
    expect(plan.files).toEqual([
      {
        context: 'dir',
        root: 'workspace',
        path: 'conf/a',
        mode: 0o600,
        text: '1',
      },
      {
        context: 'dir',
        root: 'workspace',
        path: 'conf/b',
        mode: 0o600,
        text: '<2>',
      },
    ]);
    expect(plan.contextFile?.parts.map(({ content }) => content)).toEqual([
      '<file name="a">\n1\n</file>\n<file name="b">\n&lt;2&gt;\n</file>',
      '&lt;2&gt;',
    ]);
  });

  it('says which ConfigMap or key is missing, unless it is optional', () => {
    expect(
      messages([
        { name: 'a', type: 'ConfigMap', configMap: { name: 'cm' } },
        {
          name: 'b',
          type: 'ConfigMap',
          configMap: { name: 'cm', key: 'k', data: {} },
        },
        {
          name: 'c',
          type: 'ConfigMap',
          configMap: { name: 'cm', key: 'k', data: {}, optional: true },
        },
        {
          name: 'd',
          type: 'ConfigMap',
          configMap: { name: 'cm', optional: true },
        },
      ]),
    ).toEqual([
      'ConfigMap "cm" of context "a" does not exist. Create it, or set configMap.optional.',
      'ConfigMap "cm" of context "b" has no key "k". Add the key, or set configMap.optional.',
    ]);
  });

  it('fetches a URL into a file or into its part of context.md', () => {
    const url = {
      source: 'https://example.com/rules.md',
      secretRef: { name: 's' },
      timeout: 5,
    };
    const plan = planContexts(
      [
        { name: 'u', type: 'URL', url },
        { name: 'f', type: 'URL', mountPath: 'rules.md', url },
      ],
      '/workspace',
    );
    expect(plan.conflicts).toEqual([]);
    expect(plan.contextFile?.parts).toEqual([
      { name: 'u', type: 'URL', fetch: 0 },
    ]);
    expect(plan.fetches[0]).toEqual({
      context: 'u',
      source: 'https://example.com/rules.md',
      headers: {},
      secret: 's',
      insecureSkipTLSVerify: false,
      timeoutMs: 5_000,
    });
    expect(plan.fetches[1].target).toEqual({
      root: 'workspace',
      path: 'rules.md',
      mode: 0o644,
    });
  });

  it.each<[string, ResolvedContextItem, string]>([
    [
      'a world-writable file',
      text('a', 'x', { fileMode: 0o666 }),
      'lets anybody write',
    ],
    [
      'a mode out of range',
      text('a', 'x', { fileMode: 0o1777 }),
      'permission bits',
    ],
    [
      'a Git context without a place',
      { name: 'a', type: 'Git', git: { repository: 'https://h/x' } },
      'has no mountPath',
    ],
    ['plain http', git('a', 'x', { repository: 'http://h/x' }), 'use https://'],
    [
      'an option as a repository',
      git('a', 'x', { repository: '--upload-pack=sh' }),
      'use https://',
    ],
    [
      'git’s command transport',
      git('a', 'x', { repository: 'ext::sh -c id' }),
      'use https://',
    ],
    [
      'a password in an address',
      git('a', 'x', { repository: 'https://u:hunter22@h/x' }),
      'it holds a password',
    ],
    ['an option as a ref', git('a', 'x', { ref: '--exec=id' }), 'has the ref'],
    [
      'a way out of the repository',
      git('a', 'x', { path: 'a/../../b' }),
      '".." is not allowed',
    ],
    [
      'a URL of another scheme',
      { name: 'a', type: 'URL', url: { source: 'file:///etc/passwd' } },
      'http:// or https://',
    ],
    [
      'a bad interval',
      git('a', 'x', { sync: { enabled: true, interval: '5 minutes' } }),
      'sync interval',
    ],
  ])('refuses %s in a sentence that names the context', (_, item, words) => {
    const [message, ...others] = messages([item]);
    expect(others).toEqual([]);
    expect(message).toContain(words);
    expect(message).toContain('"a"');
    expect(message).not.toContain('hunter22');
  });

  it('plans skills as checkouts below .greenroom/skills', () => {
    const plan = planContexts([], '/workspace', {
      skills: [
        {
          name: 'house',
          git: {
            repository: 'git@github.com:acme/skills.git',
            path: 'skills',
            names: ['review'],
          },
        },
      ],
    });
    expect(plan.conflicts).toEqual([]);
    expect(plan.checkouts).toMatchObject([
      {
        path: '.greenroom/skills/house',
        subPath: 'skills',
        skills: { source: 'house', names: ['review'] },
      },
    ]);
  });

  it('never plans a path that leaves its root or two files at one place, whatever the mount paths', () => {
    const component = fc.constantFrom(
      'a',
      'b',
      '.',
      '..',
      '',
      'workspace',
      '.greenroom',
      'context.md',
    );
    const mountPath = fc
      .tuple(
        fc.constantFrom('', '/'),
        fc.array(component, { minLength: 1, maxLength: 5 }),
      )
      .map(([start, parts]) => start + parts.join('/'));
    fc.assert(
      fc.property(fc.array(mountPath, { maxLength: 6 }), paths => {
        const plan = planContexts(
          paths.map((path, index) => text(`t${index}`, path)),
          '/workspace',
        );
        for (const { path } of plan.files) {
          expect(path.split('/')).not.toContain('..');
          expect(path.startsWith('/')).toBe(false);
        }
        const places = plan.files.map(({ root, path }) => `${root}:${path}`);
        const isUnique = new Set(places).size === places.length;
        expect(isUnique || plan.conflicts.length > 0).toBe(true);
      }),
    );
  });
});
