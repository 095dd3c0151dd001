import { Counter, Histogram, type Registry } from 'prom-client';

/** Metrics of model calls. No label names a session, task or user. */
export function modelMetrics(registry: Registry) {
  const registers = [registry];
  return {
    calls: new Counter({
      name: 'greenroom_model_calls_total',
      help: 'Model calls by how they ended.',
      labelNames: ['model', 'outcome'],
      registers,
    }),
    tokens: new Counter({
      name: 'greenroom_model_tokens_total',
      help: 'Tokens of model calls.',
      labelNames: ['model', 'kind'],
      registers,
    }),
    firstByte: new Histogram({
      name: 'greenroom_model_first_byte_seconds',
      help: 'Time from sending a model call to the head of its answer.',
      labelNames: ['model'],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    }),
  };
}

export type ModelMetrics = ReturnType<typeof modelMetrics>;
