import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { GreenroomHome } from './GreenroomHome';
import { isAlive, startTicks } from './ownProcess';

/** What `up` says about itself in `run.json`, for `down`, `status` and other programs. */
export interface RunState {
  /** The process that holds everything together; a SIGTERM to it stops all. Absent for a cluster of one's own. */
  pid?: number;
  /** When that process started, in clock ticks since boot. */
  pidStartTicks?: string;
  kubeconfig: string;
  apiServer: string;
  portalUrl?: string;
  /** RFC 3339. */
  startedAt: string;
  /** RFC 3339. */
  readyAt: string;
}

export function readRunState(home: GreenroomHome): RunState | undefined {
  try {
    return JSON.parse(readFileSync(home.runFile, 'utf8'));
  } catch {
    // Absent, or torn by a full disk: either way nothing can be learnt from it.
    return undefined;
  }
}

/** What runs now, if anything does; what a killed `up` left behind does not count. */
export function readRunning(home: GreenroomHome): RunState | undefined {
  const state = readRunState(home);
  const isStale =
    state?.pid !== undefined && !isAlive(state.pid, state.pidStartTicks);
  return isStale ? undefined : state;
}

export function writeRunState(
  home: GreenroomHome,
  state: Omit<RunState, 'pidStartTicks'>,
) {
  const ticks = state.pid === undefined ? undefined : startTicks(state.pid);
  const next = `${home.runFile}.next`;
  writeFileSync(
    next,
    `${JSON.stringify({ ...state, pidStartTicks: ticks }, undefined, 2)}\n`,
  );
  // Whole or not at all: another process may read it at any time.
  renameSync(next, home.runFile);
}

export function removeRunState(home: GreenroomHome) {
  rmSync(home.runFile, { force: true });
}
