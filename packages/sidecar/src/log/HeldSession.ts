import type {
  AppendedEntry,
  SessionInput,
  SessionOpening,
} from '@greenroom/protocol';
import type {
  HeldState,
  InputState,
  PendingAsk,
  RunningTurn,
} from './LogRecord';
import { RememberedIds } from './RememberedIds';

/** Far more than a runtime can replay: greenroom's ring holds 20,000 events, x1agent's 1,000. */
const REMEMBERED_EVENTS = 20_000;

/** What the sidecar knows of an input. */
export interface HeldInput {
  state: InputState;
  /** Kept until the runtime has it. */
  input?: SessionInput;
  turnId?: string;
}

/** One session as the sidecar holds it: its place in the chain, what is not durable at the operator yet, what is open. */
export class HeldSession {
  /** Entries that the operator has not acknowledged, in order. */
  readonly unacked: { entry: AppendedEntry; epoch: number }[] = [];
  readonly inputs = new Map<string, HeldInput>();
  readonly asks = new Map<string, PendingAsk>();
  /** Ids that the runtime gave to events which are recorded. */
  readonly seen = new RememberedIds(REMEMBERED_EVENTS);
  turn?: RunningTurn;
  /** The end of what the agent said or did last, for whoever asks why it failed. */
  lastOutput?: string;

  constructor(
    readonly opening: SessionOpening,
    public epoch: number,
    /** Of the last entry; 0 before the first. */
    public seq: number,
    /** Of the last entry; the genesis hash before the first. */
    public hash: string,
    public acked: number,
    public state: HeldState,
  ) {}

  get id(): string {
    return this.opening.session_id;
  }

  /** Whether nothing more will happen and the operator has it all. */
  get isDone(): boolean {
    return this.state !== 'open' && this.unacked.length === 0;
  }
}
