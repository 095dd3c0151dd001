import type { Direct, LockFile, Manifest } from './Project';

/** Reads a Maven pom.xml: the project's own dependencies, with its own properties filled in. */
export function readPom(path: string, text: string): Manifest {
  const pom = text.replace(/<!--[\s\S]*?-->/g, '');
  const properties = new Map(
    [
      ...(element(pom, 'properties') ?? '').matchAll(
        /<([\w.-]+)>([^<]*)<\/\1>/g,
      ),
    ].map(([, name, value]) => [name, value.trim()]),
  );
  const managed = element(pom, 'dependencyManagement') ?? '';
  const own = ['dependencyManagement', 'build', 'profiles', 'reporting'].reduce(
    (rest, name) =>
      rest.replace(new RegExp(`<${name}>[\\s\\S]*?</${name}>`, 'g'), ''),
    pom,
  );
  const managedNames = new Set(
    dependenciesOf(managed, properties).map(({ name }) => name),
  );
  const licences = element(pom, 'licenses');
  return {
    ecosystem: 'Java',
    path,
    direct: dependenciesOf(own, properties).map(each => ({
      ...each,
      // A version that is not here comes from the parent or from dependencyManagement.
      wanted:
        each.wanted || (managedNames.has(each.name) ? 'managed' : 'inherited'),
    })),
    indirect: [],
    licence: licences && element(licences, 'name')?.trim(),
    hasLicenceField: licences !== undefined,
    isPrivate: false,
    isExact: true,
  };
}

/** Reads what a Gradle build script or version catalogue names; it is a program, so only plain notations are seen. */
export function readGradle(path: string, text: string): Manifest {
  const direct: Direct[] = [];
  const notation =
    /(\w*(?:implementation|api|compileOnly|runtimeOnly|classpath|kapt|annotationProcessor|compile))\s*\(?\s*['"]([\w.-]+):([\w.-]+)(?::([^'"@]+))?/gi;
  for (const [, use, group, artifact, version] of text.matchAll(notation)) {
    direct.push({
      name: `${group}:${artifact}`,
      wanted: version ?? 'inherited',
      use: /^test|androidTest/i.test(use) ? 'development' : 'runtime',
    });
  }
  return {
    ecosystem: 'Java',
    path,
    direct,
    indirect: [],
    hasLicenceField: false,
    isPrivate: true,
    isExact: true,
  };
}

/** Reads a gradle.lockfile. */
export function readGradleLock(path: string, text: string): LockFile {
  const packages = text.split('\n').flatMap(line => {
    const match = /^([\w.-]+:[\w.-]+):([^=\s]+)=/.exec(line);
    return match ? { name: match[1], version: match[2] } : [];
  });
  return { ecosystem: 'Java', path, tool: 'gradle', packages };
}

function dependenciesOf(
  xml: string,
  properties: ReadonlyMap<string, string>,
): Direct[] {
  return [...xml.matchAll(/<dependency>([\s\S]*?)<\/dependency>/g)].flatMap(
    ([, body]) => {
      // Exclusions name other packages.
      const plain = body.replace(/<exclusions>[\s\S]*?<\/exclusions>/g, '');
      const group = element(plain, 'groupId');
      const artifact = element(plain, 'artifactId');
      if (!group || !artifact) return [];
      const version = (element(plain, 'version') ?? '').trim();
      return {
        name: `${group.trim()}:${artifact.trim()}`,
        wanted: version.replace(
          /\$\{([^}]+)\}/g,
          (whole, name) => properties.get(name) ?? whole,
        ),
        use:
          element(plain, 'scope')?.trim() === 'test'
            ? 'development'
            : 'runtime',
      };
    },
  );
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1];
}
