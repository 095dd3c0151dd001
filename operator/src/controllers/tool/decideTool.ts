import type { Tool } from '@greenroom/kinds';
import type { McpProbe, ProbedTool } from '../../checks/probeMcp';
import type { ConditionClaim } from '../../status/claimConditions';

type ToolStatus = NonNullable<Tool['status']>;
type PinnedTool = NonNullable<ToolStatus['tools']>[number];

/** Something that keeps a Tool from being asked. */
export interface ToolObstacle {
  readonly reason: string;
  readonly message: string;
}

/** Everything that decides what a Tool's status says. */
export interface ToolSnapshot {
  readonly tool: Tool;
  readonly obstacle?: ToolObstacle;
  /** The last probe; undefined before the first. */
  readonly probe: McpProbe | undefined;
  /** Somebody approved the present definitions since they were pinned. */
  readonly isApproved: boolean;
}

/** What a Tool's status comes to. */
export interface ToolDecision {
  readonly phase: NonNullable<ToolStatus['phase']>;
  readonly claims: readonly ConditionClaim[];
  readonly tools: readonly PinnedTool[] | undefined;
  /** The definitions become those that are approved. */
  readonly pins: boolean;
}

const notDrifted: ConditionClaim = {
  type: 'Drifted',
  status: 'False',
  reason: 'Pinned',
  message: 'All definitions are those that were approved.',
};

/** The judgement over one Tool. */
export function decideTool({
  tool,
  obstacle,
  probe,
  isApproved,
}: ToolSnapshot): ToolDecision {
  const pinned = tool.status?.tools;
  if (obstacle)
    return unavailable(
      obstacle.reason === 'Starting' ? 'Pending' : 'Unavailable',
      obstacle,
      pinned,
    );
  if (!probe)
    return unavailable(
      'Pending',
      { reason: 'Pending', message: 'It has not been asked yet.' },
      pinned,
    );
  if (!probe.ok) return unavailable('Unavailable', probe, pinned);
  if (!pinned || isApproved) {
    return {
      phase: 'Ready',
      claims: [ready(probe.tools.length), notDrifted],
      tools: probe.tools.map(({ name, description, digest }) => ({
        name,
        ...(description ? { description } : {}),
        digest,
      })),
      pins: true,
    };
  }
  return compared(tool, probe.tools, pinned);
}

/** A definition that changed, or that nobody has approved, is not used until somebody does. */
function compared(
  { metadata }: Tool,
  seen: readonly ProbedTool[],
  pinned: readonly PinnedTool[],
): ToolDecision {
  const approved = new Map(
    pinned.filter(each => !isAdded(each)).map(each => [each.name, each]),
  );
  const tools = [
    ...[...approved.values()].map((pin): PinnedTool => {
      const now = seen.find(({ name }) => name === pin.name);
      const { observedDigest: _, drifted: __, ...rest } = pin;
      return now && now.digest !== pin.digest
        ? { ...rest, observedDigest: now.digest, drifted: true }
        : rest;
    }),
    ...seen
      .filter(({ name }) => !approved.has(name))
      .map(
        ({ name, description, digest }): PinnedTool => ({
          name,
          ...(description ? { description } : {}),
          digest,
          drifted: true,
        }),
      ),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  const drifted = tools
    .filter(each => each.drifted)
    .map(({ name }) => `"${name}"`);
  if (drifted.length === 0)
    return {
      phase: 'Ready',
      claims: [ready(seen.length), notDrifted],
      tools,
      pins: false,
    };
  const message = `${drifted.join(
    ', ',
  )} changed after the tool was approved, and ${
    drifted.length === 1 ? 'is' : 'are'
  } blocked. Look at the change, then approve it with: kubectl annotate tool ${
    metadata.name
  } -n ${
    metadata.namespace
  } --overwrite greenroom.dev/approve-tools="$(date +%s)"`;
  return {
    phase: 'Drifted',
    claims: [
      { type: 'Ready', status: 'False', reason: 'Drifted', message },
      { type: 'Drifted', status: 'True', reason: 'DefinitionChanged', message },
    ],
    tools,
    pins: false,
  };
}

/** Whether a function came after the approval: it has no approved definition that it could differ from. */
export function isAdded({ drifted, observedDigest }: PinnedTool): boolean {
  return drifted === true && observedDigest === undefined;
}

function unavailable(
  phase: 'Pending' | 'Unavailable',
  why: ToolObstacle,
  tools: readonly PinnedTool[] | undefined,
): ToolDecision {
  return {
    phase,
    claims: [
      {
        type: 'Ready',
        status: 'False',
        reason: why.reason,
        message: why.message,
      },
    ],
    tools,
    pins: false,
  };
}

function ready(functions: number): ConditionClaim {
  return {
    type: 'Ready',
    status: 'True',
    reason: 'Ready',
    message: `It answered and offers ${functions} ${
      functions === 1 ? 'function' : 'functions'
    }.`,
  };
}
