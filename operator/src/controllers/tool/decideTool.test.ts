import { Tool } from '@greenroom/kinds';
import { decideTool } from './decideTool';

const digest = (char: string) => `sha256:${char.repeat(64)}`;
const aTool = (status?: Tool['status']): Tool =>
  ({
    apiVersion: Tool.apiVersion,
    kind: 'Tool',
    metadata: { name: 'files', namespace: 'team', uid: 'u' },
    spec: Tool.spec.parse({ remote: { url: 'https://tools.example.com/mcp' } }),
    status,
  } as unknown as Tool);
const seen = (...tools: [string, string][]) => ({
  ok: true as const,
  tools: tools.map(([name, char]) => ({ name, digest: digest(char) })),
  server: {},
});

describe('decideTool', () => {
  it('pins what it sees first', () => {
    const decision = decideTool({
      tool: aTool(),
      probe: seen(['read', 'a']),
      isApproved: false,
    });
    expect(decision).toMatchObject({
      phase: 'Ready',
      pins: true,
      tools: [{ name: 'read', digest: digest('a') }],
    });
  });

  it('blocks a function whose definition changed, and one that was not there', () => {
    const tool = aTool({ tools: [{ name: 'read', digest: digest('a') }] });
    const decision = decideTool({
      tool,
      probe: seen(['read', 'b'], ['wipe', 'c']),
      isApproved: false,
    });
    expect(decision.phase).toBe('Drifted');
    expect(decision.tools).toEqual([
      {
        name: 'read',
        digest: digest('a'),
        observedDigest: digest('b'),
        drifted: true,
      },
      { name: 'wipe', digest: digest('c'), drifted: true },
    ]);
    expect(decision.claims[0].message).toContain('greenroom.dev/approve-tools');
  });

  it('stays drifted on the next probe, and is ready when the definition is as it was', () => {
    const drifted = aTool({
      tools: [
        {
          name: 'read',
          digest: digest('a'),
          observedDigest: digest('b'),
          drifted: true,
        },
        { name: 'wipe', digest: digest('c'), drifted: true },
      ],
    });
    expect(
      decideTool({
        tool: drifted,
        probe: seen(['read', 'b'], ['wipe', 'c']),
        isApproved: false,
      }).phase,
    ).toBe('Drifted');
    expect(
      decideTool({
        tool: drifted,
        probe: seen(['read', 'a']),
        isApproved: false,
      }),
    ).toMatchObject({
      phase: 'Ready',
      tools: [{ name: 'read', digest: digest('a') }],
    });
  });

  it('takes the present definitions when somebody approves them', () => {
    const tool = aTool({ tools: [{ name: 'read', digest: digest('a') }] });
    expect(
      decideTool({ tool, probe: seen(['read', 'b']), isApproved: true }),
    ).toMatchObject({
      phase: 'Ready',
      pins: true,
      tools: [{ name: 'read', digest: digest('b') }],
    });
  });

  it('keeps its pins while the server is away', () => {
    const tool = aTool({ tools: [{ name: 'read', digest: digest('a') }] });
    const decision = decideTool({
      tool,
      probe: {
        ok: false,
        reason: 'Unreachable',
        message: 'connection refused',
      },
      isApproved: false,
    });
    expect(decision).toMatchObject({
      phase: 'Unavailable',
      tools: [{ name: 'read', digest: digest('a') }],
    });
  });
});
