import type { SystemImages } from './ResolvedAgent';

/** The release whose images are run where GreenroomConfig.images names none. */
export const imageTag = '0.1.0';

const repository = 'ghcr.io/greenroom-dev';

/** The images of the release. */
export const defaultImages: SystemImages = {
  operator: `${repository}/operator:${imageTag}`,
  sidecar: `${repository}/sidecar:${imageTag}`,
  contextTools: `${repository}/context-tools:${imageTag}`,
  runtimeGreenroom: `${repository}/runtime-greenroom:${imageTag}`,
  runtimeOpencode: `${repository}/runtime-opencode:${imageTag}`,
  runtimeClaudeCode: `${repository}/runtime-claude-code:${imageTag}`,
  runtimeMastra: `${repository}/runtime-mastra:${imageTag}`,
  toolGateway: `${repository}/tool-gateway:${imageTag}`,
};
