/** One file to write or, without content, to remove. */
export interface FileChange {
  path: string;
  content?: string;
}

/** A change that is safe to propose without knowing the project: it changes no behaviour and is easy to refuse. */
export interface Fix {
  id: string;
  /** Subject of its commit, imperative. */
  title: string;
  /** Body of its commit. */
  why: string;
  changes: FileChange[];
}
