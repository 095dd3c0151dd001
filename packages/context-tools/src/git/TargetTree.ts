import { createHash } from 'node:crypto';
import {
  cp,
  lstat,
  mkdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resolveInside } from '../files/resolveInside';
import { writeFileAtomically } from '../files/writeFileAtomically';
import type { TreeChange } from './readChanges';

const LINK = '120000';
const SUBMODULE = '160000';
const EXECUTABLE = '100755';

/** What git names a file's content: the hash of a header and the bytes. */
function blobId(content: Buffer, like: string): string {
  const algorithm = like.length === 64 ? 'sha256' : 'sha1';
  return createHash(algorithm)
    .update(`blob ${content.length}\0`)
    .update(content)
    .digest('hex');
}

/**
 * The files of a checkout as the agent sees them. They are read and written as plain files: git is never run inside a
 * folder whose `.git/config` the agent may have changed.
 */
export class TargetTree {
  constructor(
    private readonly folder: string,
    /** The part of the repository that was asked for; `''` for all of it. */
    private readonly subPath: string,
  ) {}

  /** Paths that somebody changed here since the commit that the changes start from. */
  async localEdits(changes: readonly TreeChange[]): Promise<string[]> {
    const edited: string[] = [];
    for (const change of changes) {
      if (change.oldMode === SUBMODULE || change.newMode === SUBMODULE) {
        edited.push(change.path);
        continue;
      }
      const here = await this.idOf(change);
      const isOld =
        change.oldMode === '000000'
          ? here === undefined
          : here === change.oldId;
      const isNew = change.newMode !== '000000' && here === change.newId;
      if (!isOld && !isNew) edited.push(change.path);
    }
    return edited;
  }

  /** Brings the changed paths to what the private clone holds. */
  async apply(changes: readonly TreeChange[], clone: string): Promise<void> {
    for (const change of changes) {
      const path = await this.pathOf(change);
      if (change.newMode === '000000') await rm(path, { force: true });
      else if (change.newMode === LINK)
        await this.replaceLink(join(clone, change.path), path);
      else {
        const mode = change.newMode === EXECUTABLE ? 0o755 : 0o644;
        await writeFileAtomically(
          path,
          await readFile(join(clone, change.path)),
          mode,
        );
      }
    }
  }

  /** Gives the visible repository the private clone's objects, refs and index. Does nothing for a part of a repository. */
  async copyRepository(clone: string): Promise<void> {
    if (this.subPath) return;
    const visible = await resolveInside(this.folder, '.git');
    for (const name of [
      'objects',
      'refs',
      'packed-refs',
      'HEAD',
      'index',
      'shallow',
    ]) {
      const from = join(clone, '.git', name);
      if (!(await lstat(from).catch(() => undefined))) continue;
      const to = await resolveInside(visible, name);
      await cp(from, to, { recursive: true, force: name !== 'objects' });
    }
  }

  /** The commit that the visible repository stands at; undefined where there is none. */
  async head(): Promise<string | undefined> {
    if (this.subPath) return undefined;
    const read = async (path: string) => {
      const resolved = await resolveInside(this.folder, `.git/${path}`).catch(
        () => undefined,
      );
      return resolved
        ? (await readFile(resolved, 'utf8').catch(() => '')).trim()
        : '';
    };
    const head = await read('HEAD');
    if (!head.startsWith('ref: ')) return head || undefined;
    const ref = head.slice('ref: '.length);
    const loose = ref.includes('..') ? '' : await read(ref);
    if (loose) return loose;
    const packed = await read('packed-refs');
    return packed
      .split('\n')
      .find(line => line.endsWith(` ${ref}`))
      ?.split(' ')[0];
  }

  private async pathOf({ path }: TreeChange): Promise<string> {
    if (path === this.subPath) return this.folder;
    const rest = this.subPath ? path.slice(this.subPath.length + 1) : path;
    const slash = rest.lastIndexOf('/');
    // The entry itself may be a link; only the folders above it must not lead out.
    const parent = await resolveInside(
      this.folder,
      slash < 0 ? '' : rest.slice(0, slash),
    );
    return join(parent, rest.slice(slash + 1));
  }

  private async idOf(change: TreeChange): Promise<string | undefined> {
    const path = await this.pathOf(change);
    const stat = await lstat(path).catch(() => undefined);
    if (!stat) return undefined;
    if (stat.isSymbolicLink())
      return blobId(Buffer.from(await readlink(path)), change.newId);
    return stat.isFile()
      ? blobId(await readFile(path), change.newId)
      : 'folder';
  }

  private async replaceLink(from: string, to: string): Promise<void> {
    await mkdir(dirname(to), { recursive: true, mode: 0o755 });
    const temporary = `${to}.partial`;
    await rm(temporary, { force: true });
    await symlink(await readlink(from), temporary);
    await rename(temporary, to);
  }
}
