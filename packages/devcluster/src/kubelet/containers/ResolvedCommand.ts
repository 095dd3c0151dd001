/** A command as the kernel gets it: nothing left to expand. */
export interface ResolvedCommand {
  /** The program and its arguments. */
  argv: string[];
  environment: Record<string, string>;
  workingDir: string;
}
