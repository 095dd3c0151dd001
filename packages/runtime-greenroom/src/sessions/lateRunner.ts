import type { TurnRunner } from '../turns/Turn';
import type { RunnerFactory } from './Sessions';

/** Runners whose code is loaded when the first turn needs it: most of this program is model and tool libraries. */
export function lateRunner(load: () => Promise<RunnerFactory>): RunnerFactory {
  return session => {
    let runner: TurnRunner | undefined;
    return {
      async run(turn) {
        runner ??= (await load())(session);
        return runner.run(turn);
      },
      async close() {
        await runner?.close?.();
      },
    };
  };
}
