/** What the protocol needs from Node: digests and signatures. Import it as `@greenroom/protocol/node`. */
export { nodeHmac } from './node/nodeHmac';
export { nodeSha256 } from './node/nodeSha256';
export { nodeVerifySignature } from './node/nodeVerifySignature';
export { SealingKey } from './node/SealingKey';
export { toolDigest } from './node/toolDigest';
