/** A repository on the machine that `file://` contexts may name. */
export interface LocalRepository {
  /** What manifests say after `file://`, such as `/clone`; empty for every folder of the machine. */
  named: string;
  /** Where it really is. */
  folder: string;
}

/** Reads `GREENROOM_LOCAL_REPOSITORIES`: `/clone=/abs/path`, several with commas. */
export function parseLocalRepositories(
  text: string | undefined,
): LocalRepository[] {
  return (text ?? '')
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
    .map(entry => {
      const equals = entry.indexOf('=');
      const named = entry.slice(0, equals).replace(/\/+$/, '');
      const folder = entry.slice(equals + 1);
      if (equals < 1 || !entry.startsWith('/') || !folder.startsWith('/')) {
        throw new Error(
          `GREENROOM_LOCAL_REPOSITORIES holds "${entry}". Write /name=/absolute/path, several with commas.`,
        );
      }
      return { named, folder: folder.replace(/\/+$/, '') };
    });
}

/** The real address of a repository: itself, or for `file://` the mapped folder; else the sentence that refuses it. */
export function locateRepository(
  repository: string,
  local: readonly LocalRepository[],
): { address: string; isLocal: boolean } | { refused: string } {
  if (!/^file:/i.test(repository))
    return { address: repository, isLocal: false };
  const path = decodeURIComponent(new URL(repository).pathname).replace(
    /\/+$/,
    '',
  );
  const mapped = local
    .filter(({ named }) => path === named || path.startsWith(`${named}/`))
    .sort((a, b) => b.named.length - a.named.length)[0];
  if (!mapped || path.split('/').includes('..')) {
    return {
      refused: `"${repository}" is not one of the local repositories this cluster offers${
        local.length
          ? ` (${local.map(({ named }) => `file://${named}`).join(', ')})`
          : ''
      }. Use https, or start devcluster with the folder in GREENROOM_LOCAL_REPOSITORIES.`,
    };
  }
  return {
    address: `file://${mapped.folder}${path.slice(mapped.named.length)}`,
    isLocal: true,
  };
}
