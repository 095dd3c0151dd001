import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ConversationMessage } from '../model/ModelClient';
import type { SessionContext } from '../sessions/SessionContext';

/** A session's conversation in the workspace, so that it outlives the process where the workspace does. */
export class SavedConversation {
  private readonly path: string;

  constructor({ workspaceDir, open }: SessionContext) {
    // The id comes from outside; in a path it is letters, digits and dashes.
    const name = open.session_id.replace(/[^A-Za-z0-9-]/g, '_');
    this.path = join(
      workspaceDir,
      '.greenroom',
      'sessions',
      name,
      'conversation.json',
    );
  }

  /** What was saved last; nothing for a session that is new. */
  async load(): Promise<ConversationMessage[]> {
    try {
      return JSON.parse(await readFile(this.path, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new Error(
        `The saved conversation ${this.path} cannot be read: ${
          (error as Error).message
        }. Remove the file to begin anew.`,
        { cause: error },
      );
    }
  }

  async save(messages: readonly ConversationMessage[]): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    // Replaced as a whole: a process that ends in the middle leaves the one before.
    await writeFile(`${this.path}.new`, JSON.stringify(messages));
    await rename(`${this.path}.new`, this.path);
  }
}
