export type { SidecarConfig } from './config/SidecarConfig';
export { startSidecar, type RunningSidecar } from './Sidecar';
export type { SidecarExtension, SidecarServices } from './SidecarServices';
