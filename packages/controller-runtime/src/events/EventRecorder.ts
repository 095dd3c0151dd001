import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { ApiError } from '../client/ApiError';
import type { KubeClient } from '../client/KubeClient';
import type { KubernetesObject } from '../objects/KubernetesObject';
import type { ObjectKey } from '../objects/ObjectKey';
import type { ResourceType } from '../objects/ResourceType';

/** An `events.k8s.io/v1` Event as far as it is written here. */
export interface RecordedEvent extends KubernetesObject {
  eventTime: string;
  type: 'Normal' | 'Warning';
  reason: string;
  action: string;
  note: string;
  reportingController: string;
  reportingInstance: string;
  regarding: ObjectReference;
  related?: ObjectReference;
  series?: { count: number; lastObservedTime: string };
}

interface ObjectReference {
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
}

/** What is to be told about an object. */
export interface EventDetails {
  type?: 'Normal' | 'Warning';
  /** One CamelCase word. */
  reason: string;
  /** What was done or tried, one CamelCase word; default: the reason. */
  action?: string;
  /** A sentence for people; cut at 1 KiB, the API's limit. */
  note: string;
  related?: KubernetesObject;
}

const EVENT: ResourceType<RecordedEvent> = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  scope: 'Namespaced',
};

/** Repeats within it count up one Event instead of making another, as in client-go. */
const SERIES_WINDOW_MS = 6 * 60_000;
/** Counts of repeats are written this often at most. */
const SERIES_DELAY_MS = 10_000;
/** A process that has more to tell than the API server takes drops the rest. */
const MAX_PENDING = 1_000;
const MAX_NOTE = 1_024;

interface Series {
  key: ObjectKey;
  count: number;
  at: number;
  timer?: NodeJS.Timeout;
}

/** Writes Events without making anybody wait, and sums up repeats. */
export class EventRecorder {
  readonly #client: KubeClient;
  readonly #controller: string;
  readonly #instance: string;
  readonly #log: Logger;
  readonly #series = new Map<string, Series>();
  #tail: Promise<void> = Promise.resolve();
  #pending = 0;

  constructor(options: {
    client: KubeClient;
    log: Logger;
    /** For example `greenroom.dev/operator`. */
    controller: string;
    /** For example the pod's name. */
    instance: string;
  }) {
    this.#client = options.client;
    this.#log = options.log;
    this.#controller = options.controller;
    this.#instance = options.instance.slice(0, 128);
  }

  /** Tells something about an object. Never throws and never waits. */
  event(regarding: KubernetesObject, details: EventDetails): void {
    const id = seriesId(regarding, details);
    const now = Date.now();
    const series = this.#series.get(id);
    if (series && now - series.at < SERIES_WINDOW_MS) {
      series.count++;
      series.at = now;
      series.timer ??= setTimeout(
        () => this.#writeSeries(series),
        SERIES_DELAY_MS,
      ).unref();
      return;
    }
    const event = this.#newEvent(regarding, details, id, now);
    const key = {
      namespace: event.metadata.namespace,
      name: event.metadata.name!,
    };
    this.#forgetOldSeries(now);
    this.#series.set(id, { key, count: 1, at: now });
    this.#write(() => this.#client.create(EVENT, event));
  }

  /** Writes what is still counted up and waits until all is written. */
  async flush(): Promise<void> {
    for (const series of this.#series.values()) {
      if (series.timer) this.#writeSeries(series);
    }
    await this.#tail;
  }

  #writeSeries(series: Series): void {
    clearTimeout(series.timer);
    series.timer = undefined;
    const patch = {
      series: { count: series.count, lastObservedTime: microTime(series.at) },
    };
    this.#write(() => this.#client.patch(EVENT, series.key, 'merge', patch));
  }

  #newEvent(
    regarding: KubernetesObject,
    details: EventDetails,
    id: string,
    now: number,
  ): RecordedEvent {
    const { namespace = 'default', name = '' } = regarding.metadata;
    const { type = 'Normal', reason, action = reason, note, related } = details;
    const unique = createHash('sha256').update(`${id}|${now}`).digest('hex');
    return {
      metadata: {
        namespace,
        name: `${name.slice(0, 200)}.${unique.slice(0, 16)}`,
      },
      eventTime: microTime(now),
      type,
      reason,
      action,
      note: note.length > MAX_NOTE ? `${note.slice(0, MAX_NOTE - 1)}…` : note,
      reportingController: this.#controller,
      reportingInstance: this.#instance,
      regarding: referenceTo(regarding),
      related: related && referenceTo(related),
    };
  }

  #write(request: () => Promise<unknown>): void {
    if (this.#pending >= MAX_PENDING) {
      this.#log.warn('too many Events wait to be written, one is dropped');
      return;
    }
    this.#pending++;
    this.#tail = this.#tail
      .then(request)
      .catch(error => {
        // The object's namespace may be on its way out, and the Event with it.
        const expected =
          ApiError.isForbidden(error) || ApiError.isNotFound(error);
        this.#log[expected ? 'debug' : 'warn'](
          { err: error },
          'an Event could not be written',
        );
      })
      .then(() => {
        this.#pending--;
      });
  }

  #forgetOldSeries(now: number): void {
    for (const [id, series] of this.#series) {
      if (now - series.at < SERIES_WINDOW_MS) break;
      if (!series.timer) this.#series.delete(id);
    }
  }
}

function seriesId(regarding: KubernetesObject, details: EventDetails): string {
  const { uid, namespace, name } = regarding.metadata;
  const { type, reason, action, note } = details;
  return [uid ?? `${namespace}/${name}`, type, reason, action, note].join('|');
}

function referenceTo(object: KubernetesObject): ObjectReference {
  const { apiVersion, kind, metadata } = object;
  const { namespace, name, uid } = metadata;
  return { apiVersion, kind, namespace, name, uid };
}

function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
