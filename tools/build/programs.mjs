/**
 * The programs that are bundled to one file each. What runs in a pod must start fast and need no node_modules;
 * the others are bundled so that a start does not compile thousands of files.
 */
export const programs = [
  { name: 'operator', workspace: 'operator' },
  { name: 'sidecar', workspace: 'packages/sidecar' },
  { name: 'context-tools', workspace: 'packages/context-tools' },
  { name: 'runtime-greenroom', workspace: 'packages/runtime-greenroom' },
  { name: 'repo-doctor', workspace: 'packages/repo-doctor' },
  { name: 'devcluster', workspace: 'packages/devcluster' },
  { name: 'greenroom', workspace: 'packages/cli' },
  { name: 'testing', workspace: 'packages/testing', development: true },
].map(program => ({
  ...program,
  entry: `${program.workspace}/src/main.ts`,
  outfile: `${program.workspace}/dist/${program.name}.mjs`,
}));
