export * from './apiserver/NodeProxy';
