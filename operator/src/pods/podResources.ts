import type { Resources } from './PodTypes';

/**
 * What containers get when the agent says nothing. Requests are what an idle pod needs, so that many fit a node; limits are
 * where a runaway is stopped.
 */
export const defaultResources = {
  agent: {
    requests: { cpu: '50m', memory: '128Mi', 'ephemeral-storage': '64Mi' },
    limits: { memory: '4Gi', 'ephemeral-storage': '10Gi' },
  },
  sidecar: {
    requests: { cpu: '10m', memory: '64Mi', 'ephemeral-storage': '64Mi' },
    limits: { memory: '512Mi', 'ephemeral-storage': '2Gi' },
  },
  init: {
    requests: { cpu: '10m', memory: '32Mi', 'ephemeral-storage': '16Mi' },
    limits: { memory: '1Gi', 'ephemeral-storage': '10Gi' },
  },
} satisfies Record<string, Resources>;

/** Bounds of the volumes that live and die with the pod. */
export const volumeLimits = {
  workspace: '10Gi',
  tools: '2Gi',
  sessions: '4Gi',
  outside: '1Gi',
  scratch: '2Gi',
} as const;
