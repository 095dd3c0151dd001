export type { RuntimeEvent } from './events/RuntimeEvent';
export { SessionOpen, ModelChoice } from './messages/SessionOpen';
export { Inject, Decision } from './messages/Inject';
