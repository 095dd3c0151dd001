import type { InformerEvent } from '@greenroom/controller-runtime';
import type { Task } from '@greenroom/kinds';
import { isFinished } from './decideTask';
import type { QueueEntry } from './queueOrder';
import { TaskQueue } from './TaskQueue';

/** What the board needs to know and to tell. Agents are named `<namespace>/<name>`. */
export interface TaskBoardSurroundings {
  /** How many Tasks the agent may do at once. */
  slots(agent: string): number;
  /** Has a Task reconciled: a slot may be free for it. */
  wake(task: { namespace: string; name: string }): void;
  /** Numbers of active and waiting Tasks of the agent changed. */
  changed(agent: string): void;
}

/** Starts that are remembered for one agent; the bound of a quota's window in practice. */
const mostStarts = 10_000;

interface AgentLine {
  readonly queue: TaskQueue;
  /** Times of starts, by Task: also of Tasks that are deleted since, so that deleting never gains a start. */
  readonly starts: Map<string, number>;
}

/**
 * The Tasks of all live agents: who waits in which order, who holds a slot. It follows the cache, and is ahead of it for what
 * the operator itself has just decided. A slot that becomes free wakes the next Task at once.
 */
export class TaskBoard {
  private readonly lines = new Map<string, AgentLine>();

  constructor(private readonly surroundings: TaskBoardSurroundings) {}

  /** Takes in a change of the cache. */
  observe(event: InformerEvent<Task>): void {
    const task = event.object;
    const agent = agentOf(task);
    if (!agent) return;
    if (event.type === 'deleted') {
      this.release(agent, task.metadata.uid);
      return;
    }
    const line = this.line(agent);
    const { uid } = task.metadata;
    if (isFinished(task)) {
      this.rememberStart(line, task);
      this.release(agent, uid);
    } else if (task.status?.session?.id) {
      this.rememberStart(line, task);
      if (!line.queue.holds(uid)) this.mutate(agent, queue => queue.claim(uid));
    } else if (
      !line.queue.holds(uid) &&
      line.queue.position(uid) === undefined
    ) {
      this.mutate(agent, queue => queue.enqueue(entryOf(task)));
    } else {
      line.queue.enqueue(entryOf(task));
    }
  }

  /** The Task's place. One that the board has not seen yet is put into the line first. */
  place(task: Task): { position: number; freeSlots: number; slots: number } {
    const agent = agentOf(task) ?? '';
    const { queue } = this.line(agent);
    const { uid } = task.metadata;
    queue.enqueue(entryOf(task));
    const slots = this.surroundings.slots(agent);
    return {
      position: queue.position(uid) ?? 0,
      freeSlots: Math.max(0, slots - queue.active),
      slots,
    };
  }

  /** Gives the Task a slot, before anybody else is told. */
  claim(task: Task, nowMs: number): void {
    const agent = agentOf(task);
    if (!agent) return;
    const { starts } = this.line(agent);
    starts.set(task.metadata.uid, nowMs);
    this.mutate(agent, queue => queue.claim(task.metadata.uid));
  }

  /** Takes a claim back that could not be written down. */
  unclaim(task: Task): void {
    const agent = agentOf(task);
    if (!agent) return;
    const line = this.line(agent);
    line.starts.delete(task.metadata.uid);
    line.queue.remove(task.metadata.uid);
    this.mutate(agent, queue => queue.enqueue(entryOf(task)));
  }

  /** Has the Tasks reconciled that can start now: the agent became ready, or may do more than before. */
  wakeNext(agent: string): void {
    const { queue } = this.line(agent);
    const free = this.surroundings.slots(agent) - queue.active;
    for (const entry of queue.first(free)) this.surroundings.wake(entry);
  }

  /** Has every waiting Task reconciled: what they wait for has changed. */
  wakeAll(agent: string): void {
    const { queue } = this.line(agent);
    for (const entry of queue.first(queue.queued))
      this.surroundings.wake(entry);
  }

  counts(agent: string): { active: number; queued: number } {
    const line = this.lines.get(agent);
    return { active: line?.queue.active ?? 0, queued: line?.queue.queued ?? 0 };
  }

  position(task: Task): number | undefined {
    return this.lines
      .get(agentOf(task) ?? '')
      ?.queue.position(task.metadata.uid);
  }

  /** Times of the agent's starts in milliseconds since 1970. */
  starts(agent: string): number[] {
    return [...(this.lines.get(agent)?.starts.values() ?? [])];
  }

  private release(agent: string, uid: string): void {
    const line = this.lines.get(agent);
    if (!line) return;
    const waited = line.queue.position(uid) !== undefined;
    const freed = line.queue.remove(uid);
    if (waited || freed) this.surroundings.changed(agent);
    // Also when one that waited leaves: it may have held up those behind it.
    if (waited || freed) this.wakeNext(agent);
  }

  private mutate(agent: string, change: (queue: TaskQueue) => void): void {
    change(this.line(agent).queue);
    this.surroundings.changed(agent);
  }

  private rememberStart(
    { starts }: AgentLine,
    { metadata, status }: Task,
  ): void {
    const started =
      status?.startTime ??
      status?.conditions?.find(({ type }) => type === 'Queued')
        ?.lastTransitionTime;
    if (!started || starts.has(metadata.uid)) return;
    starts.set(metadata.uid, Date.parse(started));
    if (starts.size > mostStarts)
      starts.delete(starts.keys().next().value ?? '');
  }

  private line(agent: string): AgentLine {
    let line = this.lines.get(agent);
    if (!line) {
      line = { queue: new TaskQueue(), starts: new Map() };
      this.lines.set(agent, line);
    }
    return line;
  }
}

/** `<namespace>/<agent>` of a Task that a live agent does. */
export function agentOf({
  metadata,
  spec,
}: Pick<Task, 'metadata' | 'spec'>): string | undefined {
  return spec.agentRef && `${metadata.namespace}/${spec.agentRef.name}`;
}

function entryOf({ metadata, spec }: Task): QueueEntry {
  return {
    uid: metadata.uid,
    namespace: metadata.namespace,
    name: metadata.name,
    priority: spec.priority,
    createdAtMs: Date.parse(metadata.creationTimestamp ?? '') || 0,
  };
}
