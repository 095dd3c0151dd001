import { z } from 'zod';
import { list, textMap } from '../collections';
import { filled, integer, text } from '../scalars';

/** A taint that a pod puts up with, as in Kubernetes. */
export const Toleration = z.object({
  key: text(316).optional().describe('Key of the taint; all by default.'),
  operator: z
    .enum(['Exists', 'Equal', 'Lt', 'Gt'])
    .optional()
    .describe('How value is compared.'),
  value: text(63).optional().describe('Value of the taint.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .describe('Effect of the taint; all by default.'),
  tolerationSeconds: integer(0, 31_536_000)
    .optional()
    .describe('How long, in seconds; for ever by default.'),
});

const requirement = (operators: readonly [string, ...string[]]) =>
  z.object({
    key: filled(316).describe('Key of the label.'),
    operator: z.enum(operators).describe('How the values are compared.'),
    values: list(text(63), 64).optional().describe('Values to compare with.'),
  });

const nodeRequirement = requirement([
  'In',
  'NotIn',
  'Exists',
  'DoesNotExist',
  'Gt',
  'Lt',
]);

/** Objects chosen by labels, as in Kubernetes. */
export const LabelSelector = z.object({
  matchLabels: textMap(63, 64)
    .optional()
    .describe('Labels that must be equal.'),
  matchExpressions: list(
    requirement(['In', 'NotIn', 'Exists', 'DoesNotExist']),
    32,
  )
    .optional()
    .describe('Requirements that must hold.'),
});
export type LabelSelector = z.output<typeof LabelSelector>;

const NodeSelectorTerm = z.object({
  matchExpressions: list(nodeRequirement, 32)
    .optional()
    .describe('Requirements on labels of the node.'),
  matchFields: list(nodeRequirement, 8)
    .optional()
    .describe('Requirements on fields of the node.'),
});

const PodAffinityTerm = z.object({
  labelSelector: LabelSelector.optional().describe('Which pods.'),
  namespaceSelector: LabelSelector.optional().describe('In which namespaces.'),
  namespaces: list(filled(63), 32)
    .optional()
    .describe('In which namespaces, by name.'),
  topologyKey: filled(316).describe(
    'What counts as the same place, such as kubernetes.io/hostname.',
  ),
});

const PodTerms = z.object({
  requiredDuringSchedulingIgnoredDuringExecution: list(PodAffinityTerm, 16)
    .optional()
    .describe('Terms that must hold.'),
  preferredDuringSchedulingIgnoredDuringExecution: list(
    z.object({
      weight: integer(1, 100).describe('How much it counts.'),
      podAffinityTerm: PodAffinityTerm.describe('The term.'),
    }),
    16,
  )
    .optional()
    .describe('Terms that should hold.'),
});

/** Nodes and pods to be near to or far from, as in Kubernetes. */
export const Affinity = z.object({
  nodeAffinity: z
    .object({
      requiredDuringSchedulingIgnoredDuringExecution: z
        .object({
          nodeSelectorTerms: list(NodeSelectorTerm, 16).describe(
            'One of these must hold.',
          ),
        })
        .optional()
        .describe('What a node must have.'),
      preferredDuringSchedulingIgnoredDuringExecution: list(
        z.object({
          weight: integer(1, 100).describe('How much it counts.'),
          preference: NodeSelectorTerm.describe('The term.'),
        }),
        16,
      )
        .optional()
        .describe('What a node should have.'),
    })
    .optional()
    .describe('Which nodes.'),
  podAffinity: PodTerms.optional().describe('Which pods to be near to.'),
  podAntiAffinity: PodTerms.optional().describe('Which pods to be far from.'),
});
