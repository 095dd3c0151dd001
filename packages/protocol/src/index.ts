export { Actor } from './events/Actor';
export { ApprovalType } from './events/approvalEvents';
export { BudgetState } from './events/budgetEvents';
export type { Emitter, EventDefinition } from './events/defineEvent';
export {
  eventDefinition,
  eventDefinitions,
  isEventType,
  mayEmit,
  type EventPayloads,
  type EventType,
} from './events/eventTypes';
export { PolicySubject } from './events/policyEvents';
export { OnTimeout } from './events/requestEvents';
export {
  EventEnvelope,
  parseSessionEvent,
  type SessionEvent,
  type SessionEventOf,
} from './events/SessionEvent';
export { SessionKind } from './events/sessionEvents';
export { isTransientType, TransientEvent } from './events/TransientEvent';
export { Genesis } from './chain/Genesis';
export {
  AgentSettings,
  CredentialSettings,
  ModelPricing,
  ModelSettings,
  PolicyRule,
  RedactionRule,
  ToolSettings,
} from './ingest/AgentSettings';
export {
  DEEPEST_POLICY_LOOPS,
  POLICY_REQUEST_FIELDS,
} from './ingest/policyConditions';
export {
  ingestCalls,
  type IngestMethod,
  type IngestParams,
  type IngestResult,
} from './ingest/calls';
export {
  FENCED_CLOSE_CODE,
  INGEST_BLOB_BYTES,
  INGEST_BLOBS_PATH,
  INGEST_FRAME_BYTES,
  INGEST_PATH,
  MISSED_HEARTBEATS,
} from './ingest/ingestLimits';
export {
  ApprovalDecision,
  DurableSession,
  OperatorMessage,
  SessionInput,
  type OperatorMessageOf,
} from './ingest/OperatorMessage';
export {
  RuntimeCapabilities,
  RuntimeState,
} from './ingest/RuntimeCapabilities';
export {
  ResolvedContextItem,
  SessionOpening,
  SessionOverrides,
} from './ingest/SessionOpening';
export {
  AppendedEntry,
  LoggedSession,
  SidecarMessage,
  type SidecarMessageOf,
} from './ingest/SidecarMessage';
export { projectSession } from './projection/projectSession';
export {
  initialSessionState,
  isEnded,
  type ArtifactSummary,
  type PendingRequest,
  type Problem,
  type SessionPhase,
  type SessionState,
  type TurnState,
} from './projection/SessionState';
export type { SessionUsage } from './projection/sessionUsage';
export { JsonObject, JsonValue } from './values/JsonValue';
export { ObjectKey } from './values/ObjectKey';
export { ForeignId, SessionId } from './values/SessionId';
export { Count, Sha256 } from './values/Sha256';
export { formatTimestamp, Timestamp, timestampMs } from './values/Timestamp';
export { TokenUsage } from './values/TokenUsage';
export { addUsd, compareUsd, formatUsd, UsdAmount } from './values/UsdAmount';
export { canonicalJson } from './canonical/canonicalJson';
export { CanonicalError } from './canonical/CanonicalError';
export { toCanonicalValue } from './canonical/toCanonicalValue';
export type {
  Sha256Function,
  SignMessage,
  VerifySignature,
} from './chain/ChainCrypto';
export { ChainHasher, SALT_BYTES } from './chain/ChainHasher';
export {
  isSealDue,
  Seal,
  SEAL_ENTRIES,
  SEAL_INTERVAL_MS,
  sealChain,
  sealedBytes,
} from './chain/Seal';
export {
  SessionChain,
  type ChainHead,
  type Extension,
} from './chain/SessionChain';
export type {
  BadPlace,
  StoredEntry,
  Verification,
  VerifySessionOptions,
} from './chain/Verification';
export { verifySession } from './chain/verifySession';
export { decodeBase64, encodeBase64 } from './encoding/base64';
export { decodeHex, encodeHex } from './encoding/hex';
export { ByteAutomaton } from './redaction/ByteAutomaton';
export { isSecretKey } from './redaction/isSecretKey';
export { RedactionError } from './redaction/RedactionError';
export {
  redactionMark,
  WHOLE_MARK,
  type HmacFunction,
} from './redaction/RedactionMark';
export { RedactionStream } from './redaction/RedactionStream';
export { redactPayload, type RedactedPayload } from './redaction/redactPayload';
export {
  Redactor,
  type KnownSecret,
  type Redacted,
  type RedactorOptions,
  type RuleCounts,
} from './redaction/Redactor';
export { secretEncodings } from './redaction/secretEncodings';
export { scanSecretFormats } from './redaction/secretFormats';
export { secretParts, SHORTEST_SECRET } from './redaction/secretParts';
export { TextRedactionStream } from './redaction/TextRedactionStream';
export type {
  SyncTextScanner,
  TextFinding,
  TextScanner,
} from './redaction/TextScanner';
export { decideEmission, type EmissionDecision } from './events/decideEmission';
export { RuntimeEvent } from './events/RuntimeEvent';
export { toX1Message } from './x1agent/toX1Message';
export { X1Message } from './x1agent/X1Message';
export { CONTROL_MESSAGE_BYTES } from './tunnel/ControlAssembler';
export { encodeFrame } from './tunnel/encodeFrame';
export {
  CONTROL_STREAM,
  FRAME_HEADER_BYTES,
  FRAME_PAYLOAD_BYTES,
  FRAME_VERSION,
  FrameFlag,
  FrameType,
  type Frame,
} from './tunnel/Frame';
export { FrameDecoder, FrameError } from './tunnel/FrameDecoder';
export {
  StreamKind,
  streamPriority,
  type TunnelSide,
} from './tunnel/StreamKind';
export { MAX_BUFFERED_BYTES, MAX_STREAMS, Tunnel } from './tunnel/Tunnel';
export { ResetCode, type TunnelEvent } from './tunnel/TunnelEvent';
export { INITIAL_CREDIT } from './tunnel/TunnelStream';
export { eventTable } from './events/eventTable';
