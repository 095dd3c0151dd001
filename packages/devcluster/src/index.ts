export * from './apiserver/NodeProxy';
export * from './DevclusterOptions';
export { startDevcluster } from './startDevcluster';
