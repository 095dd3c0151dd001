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
export { FaultProxy, type FaultProxyOptions } from './faults/FaultProxy';
export type { Direction, FaultPlan } from './faults/FaultPlan';
export {
  ProcessUnderTest,
  type OutputLine,
  type ProcessEnd,
  type ProcessOptions,
} from './faults/ProcessUnderTest';
export { FakeMcp, type FakeMcpOptions } from './mcp/FakeMcp';
export type { ScriptedTool, ToolReply } from './mcp/ScriptedTool';
export type { RecordedCall } from './mcp/ToolScript';
