export * from './harness/LaptopCluster';
export { Kubectl, type KubectlResult } from './harness/Kubectl';
export { processesNaming } from './harness/processes';
