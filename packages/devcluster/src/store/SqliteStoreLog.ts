import Database from 'better-sqlite3';
import type { KubernetesObject } from './KubernetesObject';
import type { StoreLog } from './StoreLog';

/** Objects in one SQLite file: one row each, its JSON as the API shows it. */
export class SqliteStoreLog implements StoreLog {
  readonly revision: number;
  private readonly database: Database.Database;
  private readonly upsert: Database.Statement;
  private readonly erase: Database.Statement;
  private readonly advance: Database.Statement;

  constructor(file: string) {
    this.database = new Database(file);
    this.database.pragma('journal_mode = WAL');
    // A killed process loses nothing; only a machine that loses power may lose the last changes, as a laptop's cluster may.
    this.database.pragma('synchronous = OFF');
    this.database.exec(`
      CREATE TABLE IF NOT EXISTS objects (
        collection TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, json TEXT NOT NULL,
        PRIMARY KEY (collection, namespace, name)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS revision (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
      INSERT OR IGNORE INTO revision VALUES (1, 1);
    `);
    this.upsert = this.database.prepare(
      'INSERT OR REPLACE INTO objects (collection, namespace, name, json) VALUES (?, ?, ?, ?)',
    );
    this.erase = this.database.prepare(
      'DELETE FROM objects WHERE collection = ? AND namespace = ? AND name = ?',
    );
    this.advance = this.database.prepare(
      'UPDATE revision SET value = ? WHERE id = 1',
    );
    this.revision = (
      this.database.prepare('SELECT value FROM revision').get() as {
        value: number;
      }
    ).value;
  }

  *read(): Iterable<{ collection: string; object: KubernetesObject }> {
    const rows = this.database
      .prepare('SELECT collection, json FROM objects')
      .iterate() as Iterable<{ collection: string; json: string }>;
    for (const { collection, json } of rows) {
      yield { collection, object: JSON.parse(json) };
    }
  }

  put(collection: string, object: KubernetesObject, revision: number): void {
    const { namespace = '', name } = object.metadata;
    this.atomically(() => {
      this.upsert.run(collection, namespace, name, JSON.stringify(object));
      this.advance.run(revision);
    });
  }

  remove(
    collection: string,
    namespace: string,
    name: string,
    revision: number,
  ): void {
    this.atomically(() => {
      this.erase.run(collection, namespace, name);
      this.advance.run(revision);
    });
  }

  close(): void {
    this.database.close();
  }

  private atomically(change: () => void): void {
    this.database.exec('BEGIN');
    try {
      change();
      this.database.exec('COMMIT');
    } catch (error) {
      this.database.exec('ROLLBACK');
      throw error;
    }
  }
}
