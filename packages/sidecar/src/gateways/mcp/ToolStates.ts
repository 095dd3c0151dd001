import type { ToolSettings } from '@greenroom/protocol';
import type { SidecarServices } from '../../SidecarServices';

/** How a bound tool is, as this pod sees it. */
export type ToolState =
  | { state: 'ready' }
  | { state: 'drifted' | 'unavailable'; message: string };

/** Tells the operator how the bound tools are, whenever one of them changes. */
export class ToolStates {
  private readonly states = new Map<string, ToolState>();
  private reported = '[]';

  constructor(
    private readonly services: Pick<SidecarServices, 'reportTools' | 'secrets'>,
  ) {}

  set(name: string, state: ToolState): void {
    this.states.set(name, state);
    this.report();
  }

  /** Forgets what is not bound any more. */
  keep(bindings: readonly ToolSettings[]): void {
    const names = new Set(bindings.map(({ name }) => name));
    for (const name of this.states.keys())
      if (!names.has(name)) this.states.delete(name);
    this.report();
  }

  private report(): void {
    const tools = [...this.states]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => ({
        name,
        state: each.state,
        ...(each.state !== 'ready' && {
          message: this.services.secrets.redactText(each.message),
        }),
      }));
    const spelled = JSON.stringify(tools);
    if (spelled === this.reported) return;
    this.reported = spelled;
    this.services.reportTools(tools);
  }
}
