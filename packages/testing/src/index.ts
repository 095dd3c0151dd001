export { FakeModel, type FakeModelOptions } from './model/FakeModel';
export type { ModelReply, ReplyUsage, ToolCall } from './model/ModelReply';
export {
  lastText,
  type ModelApi,
  type ModelMessage,
  type ModelRequest,
} from './model/ModelRequest';
export type { ModelRule, RuleCondition } from './model/ModelRule';
export { LoopbackServer, type ListenOptions } from './server/LoopbackServer';
export { Recorder } from './server/Recorder';
