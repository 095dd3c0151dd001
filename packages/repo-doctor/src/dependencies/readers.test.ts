import { readGoMod, readGoSum } from './go';
import { readGradle, readPom } from './java';
import {
  readPackageJson,
  readPackageLock,
  readPnpmLock,
  readYarnLock,
} from './npm';
import { UnreadableManifestError } from './Project';
import {
  readPipfileLock,
  readPyproject,
  readRequirements,
  readTomlLock,
} from './python';
import { readCargoLock, readCargoToml } from './rust';

const names = (list: { name: string; version?: string; wanted?: string }[]) =>
  list.map(({ name, version, wanted }) => `${name} ${version ?? wanted}`);

describe('manifests', () => {
  it('package.json', () => {
    const manifest = readPackageJson(
      'package.json',
      '{"license": {"type": "MIT"}, "dependencies": {"a": "^1"}, "devDependencies": {"b": "*"}}',
    );
    expect(manifest).toMatchObject({ licence: 'MIT', isPrivate: false });
    expect(names(manifest.direct)).toEqual(['a ^1', 'b *']);
  });

  it('go.mod', () => {
    const manifest = readGoMod(
      'go.mod',
      'module x\n\ngo 1.22\n\nrequire one.dev/a v1.2.3\nrequire (\n\ttwo.dev/b v0.1.0\n\tthree.dev/c v2.0.0+incompatible // indirect\n)\n',
    );
    expect(names(manifest.direct)).toEqual([
      'one.dev/a v1.2.3',
      'two.dev/b v0.1.0',
    ]);
    expect(names(manifest.indirect)).toEqual([
      'three.dev/c v2.0.0+incompatible',
    ]);
  });

  it('requirements.txt', () => {
    const manifest = readRequirements(
      'requirements.txt',
      '# comment\n-r base.txt\nrequests[security]==2.31.0 ; python_version > "3"\nflask>=2  # web\nplain\n./local\nhashed==1.0 \\\n  --hash=sha256:abc\n',
    );
    expect(names(manifest.direct)).toEqual([
      'requests ==2.31.0',
      'flask >=2',
      'plain ',
      'hashed ==1.0',
    ]);
    expect(manifest.isExact).toBe(false);
  });

  it('pyproject.toml of PEP 621 and of Poetry', () => {
    const standard = readPyproject(
      'pyproject.toml',
      '[project]\nname = "x"\nlicense = "MIT"\ndependencies = [\n  "a>=1", # why\n  "b",\n]\n[project.optional-dependencies]\nweb = ["c==2"]\n[dependency-groups]\ndev = ["d", {include-group = "web"}]\n',
    );
    expect(names(standard.direct)).toEqual(['a >=1', 'b ', 'c ==2', 'd ']);
    expect(standard.licence).toBe('MIT');
    const poetry = readPyproject(
      'pyproject.toml',
      '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "^3.11"\na = "^1"\nb = {version = "*", extras = ["x"]}\n[tool.poetry.group.dev.dependencies]\nc = "1"\n',
    );
    expect(names(poetry.direct)).toEqual(['a ^1', 'b *', 'c 1']);
  });

  it('Cargo.toml', () => {
    const manifest = readCargoToml(
      'Cargo.toml',
      '[package]\nname = "x"\nlicense = "MIT OR Apache-2.0"\n[dependencies]\na = "1"\nb = { version = "2", features = ["f"] }\nmine = { path = "../mine" }\ng = { git = "https://x/y" }\n[target.\'cfg(unix)\'.dependencies]\nc = "3"\n[dev-dependencies.d]\nversion = "4"\n',
    );
    expect(names(manifest.direct)).toEqual([
      'a 1',
      'b 2',
      'g git',
      'd 4',
      'c 3',
    ]);
    expect(manifest.licence).toBe('MIT OR Apache-2.0');
  });

  it('pom.xml with properties, management and exclusions', () => {
    const manifest = readPom(
      'pom.xml',
      `<project><properties><v>1.5</v></properties>
      <licenses><license><name>Apache-2.0</name></license></licenses>
      <dependencyManagement><dependencies><dependency><groupId>m</groupId><artifactId>m</artifactId><version>9</version></dependency></dependencies></dependencyManagement>
      <dependencies>
        <!-- <dependency><groupId>no</groupId><artifactId>no</artifactId></dependency> -->
        <dependency><groupId>a</groupId><artifactId>a</artifactId><version>\${v}</version><exclusions><exclusion><groupId>z</groupId><artifactId>z</artifactId></exclusion></exclusions></dependency>
        <dependency><groupId>m</groupId><artifactId>m</artifactId></dependency>
        <dependency><groupId>p</groupId><artifactId>p</artifactId><scope>test</scope></dependency>
      </dependencies>
      <build><plugins><plugin><dependencies><dependency><groupId>q</groupId><artifactId>q</artifactId></dependency></dependencies></plugin></plugins></build></project>`,
    );
    expect(names(manifest.direct)).toEqual([
      'a:a 1.5',
      'm:m managed',
      'p:p inherited',
    ]);
    expect(manifest.licence).toBe('Apache-2.0');
  });

  it('build.gradle', () => {
    const manifest = readGradle(
      'build.gradle.kts',
      'dependencies {\n  implementation("a.b:c:1.0")\n  testImplementation \'d:e:2.+\'\n  api "f:g"\n}\n',
    );
    expect(names(manifest.direct)).toEqual([
      'a.b:c 1.0',
      'd:e 2.+',
      'f:g inherited',
    ]);
  });

  it.each([
    [readPackageJson, '{'],
    [readPackageLock, '[1'],
    [readPyproject, '[project\nname = "x"'],
    [readCargoToml, 'a = '],
    [readPipfileLock, 'x'],
  ])('that cannot be read say so', (read, text) => {
    expect(() => read('the/file', text)).toThrow(UnreadableManifestError);
    expect(() => read('the/file', text)).toThrow(/^the\/file is not /);
  });
});

describe('lock files', () => {
  it('package-lock.json of versions 1 and 3', () => {
    expect(
      names(
        readPackageLock(
          'package-lock.json',
          '{"packages": {"": {"name": "root"}, "packages/w": {"version": "1.0.0"}, "node_modules/w": {"link": true}, "node_modules/a": {"version": "1.0.0", "license": "MIT"}, "node_modules/a/node_modules/@s/b": {"version": "2.0.0"}}}',
        ).packages,
      ),
    ).toEqual(['a 1.0.0', '@s/b 2.0.0']);
    expect(
      names(
        readPackageLock(
          'package-lock.json',
          '{"dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}}}}',
        ).packages,
      ),
    ).toEqual(['a 1.0.0', 'b 2.0.0']);
  });

  it('yarn.lock of both kinds', () => {
    expect(
      names(
        readYarnLock(
          'yarn.lock',
          '# yarn lockfile v1\n\n"@s/a@^1.0.0", "@s/a@^1.1.0":\n  version "1.2.0"\n  resolved "https://x"\n\nb@*:\n  version "3.0.0"\n',
        ).packages,
      ),
    ).toEqual(['@s/a 1.2.0', 'b 3.0.0']);
    expect(
      names(
        readYarnLock(
          'yarn.lock',
          '__metadata:\n  version: 8\n\n"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0":\n  version: 1.2.0\n  resolution: "@s/a@npm:1.2.0"\n\n"mine@workspace:.":\n  version: 0.0.0-use.local\n',
        ).packages,
      ),
    ).toEqual(['@s/a 1.2.0']);
  });

  it.each([
    [
      '9',
      "packages:\n\n  '@s/a@1.2.0':\n    resolution: {}\n\n  b@3.0.0(c@1.0.0):\n    engines: {}\n\nsnapshots:\n\n  x@1.0.0: {}\n",
    ],
    [
      '6',
      'packages:\n\n  /@s/a@1.2.0:\n    dev: false\n\n  /b@3.0.0(c@1.0.0):\n    dev: true\n',
    ],
    [
      '5',
      'packages:\n\n  /@s/a/1.2.0:\n    dev: false\n\n  /b/3.0.0_c@1.0.0:\n    dev: true\n',
    ],
  ])('pnpm-lock.yaml of version %s', (_, text) => {
    expect(names(readPnpmLock('pnpm-lock.yaml', text).packages)).toEqual([
      '@s/a 1.2.0',
      'b 3.0.0',
    ]);
  });

  it('go.sum, poetry.lock, uv.lock, Pipfile.lock and Cargo.lock', () => {
    expect(
      names(
        readGoSum(
          'go.sum',
          'a.dev/a v1.0.0 h1:x=\na.dev/a v1.0.0/go.mod h1:y=\n',
        ).packages,
      ),
    ).toEqual(['a.dev/a v1.0.0']);
    expect(
      names(
        readTomlLock(
          'poetry.lock',
          '[[package]]\nname = "a"\nversion = "1"\n\n[package.dependencies]\nb = ">=1"\n\n[[package]]\nname = "b"\nversion = "2"\n',
        ).packages,
      ),
    ).toEqual(['a 1', 'b 2']);
    expect(
      names(
        readTomlLock(
          'uv.lock',
          '[[package]]\nname = "me"\nversion = "0"\nsource = { virtual = "." }\n',
        ).packages,
      ),
    ).toEqual([]);
    expect(
      names(
        readPipfileLock(
          'Pipfile.lock',
          '{"default": {"a": {"version": "==1"}}, "develop": {"b": {"version": "==2"}}}',
        ).packages,
      ),
    ).toEqual(['a 1', 'b 2']);
    expect(
      names(
        readCargoLock(
          'Cargo.lock',
          '[[package]]\nname = "me"\nversion = "0.1.0"\n\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+https://x"\n',
        ).packages,
      ),
    ).toEqual(['a 1.0.0']);
  });
});
