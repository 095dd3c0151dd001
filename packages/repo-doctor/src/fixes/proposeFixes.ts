import type { Repository } from '../git/Repository';
import type { Sections } from '../inspect';
import { languageOf } from '../paths/pathKinds';
import type { FileChange, Fix } from './Fix';

/** Manifests touched at most; a monorepo with more has its own tool for it. */
const MANIFEST_LIMIT = 100;

/** What the findings let us mend at once, in the order of the commits. */
export async function proposeFixes(
  repository: Repository,
  sections: Sections,
): Promise<Fix[]> {
  const proposals = await Promise.all([
    gitattributes(repository, sections),
    editorconfig(repository, sections),
    committedJunk(repository, sections),
    licenceFields(repository, sections),
    mailmap(repository, sections),
  ]);
  return proposals.filter(fix => fix !== undefined);
}

async function gitattributes(
  repository: Repository,
  { files }: Sections,
): Promise<Fix | undefined> {
  // With Windows line ends committed it would rewrite files: that is for the maintainer to decide.
  if (!files || files.facts.hasGitattributes || files.facts.crlfFiles)
    return undefined;
  const extensions = [
    ...new Set(
      files.facts.largest
        .filter(file => file.isBinary)
        .flatMap(
          ({ path }) => /\.[a-z0-9]{1,8}$/i.exec(path)?.[0].toLowerCase() ?? [],
        ),
    ),
  ].sort();
  const generated = repository.files
    .map(({ path }) => path)
    .filter(path =>
      /(^|\/)(yarn\.lock|package-lock\.json|pnpm-lock\.yaml|Cargo\.lock|poetry\.lock|uv\.lock)$/.test(
        path,
      ),
    )
    .map(path => path.split('/').pop()!);
  const lines = [
    '# Text is stored with LF and checked out as each system likes it.',
    '* text=auto',
    ...(extensions.length
      ? ['', ...extensions.map(extension => `*${extension} binary`)]
      : []),
    ...(generated.length
      ? [
          '',
          '# Folded away in reviews.',
          ...[...new Set(generated)]
            .sort()
            .map(name => `${name} linguist-generated`),
        ]
      : []),
  ];
  return {
    id: 'gitattributes',
    title: 'Say how line ends are stored',
    why: 'Without .gitattributes it depends on each machine whether text is committed with CR LF.',
    changes: [{ path: '.gitattributes', content: `${lines.join('\n')}\n` }],
  };
}

async function editorconfig(
  repository: Repository,
  { files }: Sections,
): Promise<Fix | undefined> {
  if (!files || files.facts.hasEditorconfig) return undefined;
  const style = await indentationOf(repository);
  if (!style) return undefined;
  const content = `root = true

[*]
charset = utf-8
end_of_line = lf
insert_final_newline = true
indent_style = ${style.style}
${style.style === 'space' ? `indent_size = ${style.size}\n` : ''}
[*.md]
trim_trailing_whitespace = false

[{Makefile,*.mk,*.go}]
indent_style = tab
`;
  return {
    id: 'editorconfig',
    title: 'Tell editors how the files are indented',
    why: `Measured over the source: most of it is indented with ${
      style.style === 'tab' ? 'tabs' : `${style.size} spaces`
    }.`,
    changes: [{ path: '.editorconfig', content }],
  };
}

async function committedJunk(
  repository: Repository,
  { files }: Sections,
): Promise<Fix | undefined> {
  // An .env may be meant; what only a tool writes is not.
  const patterns: Record<string, RegExp> = {
    '.DS_Store': /(^|\/)\.DS_Store$/,
    'Thumbs.db': /(^|\/)Thumbs\.db$/,
    'desktop.ini': /(^|\/)desktop\.ini$/,
    'npm-debug.log': /(^|\/)npm-debug\.log$/,
    'yarn-error.log': /(^|\/)yarn-error\.log$/,
    '__pycache__/': /(^|\/)__pycache__\//,
    '*.pyc': /\.pyc$/,
    '*.swp': /\.swp$/,
    '*.orig': /\.orig$/,
    '*.rej': /\.rej$/,
  };
  const ignored = new Set<string>();
  const removed = (files?.facts.committedJunk ?? []).filter(path => {
    const match = Object.entries(patterns).find(([, pattern]) =>
      pattern.test(path),
    );
    if (match) ignored.add(match[0]);
    return match !== undefined;
  });
  if (!removed.length) return undefined;
  const existing =
    (await repository.read(['.gitignore'])).get('.gitignore') ?? '';
  const known = new Set(existing.split(/\r?\n/).map(line => line.trim()));
  const added = [...ignored].filter(pattern => !known.has(pattern));
  const changes: FileChange[] = removed.map(path => ({ path }));
  if (added.length) {
    const base =
      existing && !existing.endsWith('\n') ? `${existing}\n` : existing;
    changes.unshift({
      path: '.gitignore',
      content: `${base}${added.join('\n')}\n`,
    });
  }
  return {
    id: 'committed-junk',
    title: 'Remove files that tools leave behind',
    why: 'They are made anew on every machine, and .gitignore keeps them out from now on.',
    changes,
  };
}

async function licenceFields(
  repository: Repository,
  { licences }: Sections,
): Promise<Fix | undefined> {
  const root = licences?.facts.root;
  const finding = licences?.findings.find(
    ({ id }) => id === 'no-licence-field',
  );
  // The texts of the GNU licences do not say "only" or "or later"; a field must.
  if (!root || !finding || /GPL/.test(root)) return undefined;
  const paths = finding.places
    .map(({ path }) => path)
    .filter(path => path.endsWith('package.json'))
    .slice(0, MANIFEST_LIMIT);
  const changes = [...(await repository.read(paths))].flatMap(
    ([path, text]) => {
      const content = withLicenceField(text, root);
      return content === undefined ? [] : [{ path, content }];
    },
  );
  if (!changes.length) return undefined;
  return {
    id: 'licence-field',
    title: `Name ${root} in the manifests`,
    why: 'Licence scanners and package registries read the manifest, not the text of the licence.',
    changes,
  };
}

/** Adds the field after the version, or else the name, and touches no other byte. */
function withLicenceField(text: string, licence: string): string | undefined {
  const anchor =
    /^([ \t]+)"version"\s*:\s*"[^"\n]*",?[ \t]*\r?$/m.exec(text) ??
    /^([ \t]+)"name"\s*:\s*"[^"\n]*",?[ \t]*\r?$/m.exec(text);
  if (!anchor) return undefined;
  const [line, indent] = anchor;
  const isLast = !line.trimEnd().endsWith(',');
  const end = anchor.index + line.length;
  const before = isLast ? `${line.trimEnd()},` : line;
  const field = `\n${indent}"license": ${JSON.stringify(licence)}${
    isLast ? '' : ','
  }`;
  const content =
    text.slice(0, anchor.index) + before + field + text.slice(end);
  try {
    return JSON.parse(content).license === licence ? content : undefined;
  } catch {
    return undefined; // An unusual layout: better no proposal than a broken manifest.
  }
}

async function mailmap(
  repository: Repository,
  { history }: Sections,
): Promise<Fix | undefined> {
  const aliases = history?.facts.aliases ?? [];
  if (
    !aliases.length ||
    repository.files.some(({ path }) => path === '.mailmap')
  ) {
    return undefined;
  }
  const lines = aliases.flatMap(({ name, email, others }) =>
    others.map(other => `${name} <${email}> <${other.email}>`),
  );
  // Names and addresses come from commits and could hold anything.
  if (lines.some(line => !/^[^<>\n]+ <[^<>\s]+> <[^<>\s]+>$/.test(line)))
    return undefined;
  return {
    id: 'mailmap',
    title: 'Count each contributor once',
    why: 'These people committed with several addresses under the same full name; check that each is one person.',
    changes: [{ path: '.mailmap', content: `${lines.sort().join('\n')}\n` }],
  };
}

/** What most indented lines of the source begin with. */
async function indentationOf(
  repository: Repository,
): Promise<{ style: 'tab' } | { style: 'space'; size: number } | undefined> {
  const paths = repository.files
    .filter(
      ({ path, bytes }) =>
        languageOf(path) && !path.endsWith('.go') && bytes < 100_000,
    )
    .slice(0, 300)
    .map(({ path }) => path);
  let tabs = 0;
  const steps = new Map<number, number>();
  for (const text of (await repository.read(paths)).values()) {
    let previous = 0;
    for (const line of text.split('\n')) {
      if (line.startsWith('\t')) tabs += 1;
      const spaces = /^ *(?=\S)/.exec(line)?.[0].length;
      if (spaces === undefined) continue;
      const step = spaces - previous;
      if (step >= 2 && step <= 8) steps.set(step, (steps.get(step) ?? 0) + 1);
      previous = spaces;
    }
  }
  const spaced = [...steps].sort((a, b) => b[1] - a[1]);
  const total = spaced.reduce((sum, [, count]) => sum + count, 0);
  if (tabs + total < 20) return undefined;
  return tabs > total
    ? { style: 'tab' }
    : { style: 'space', size: spaced[0][0] };
}
