import type { SidecarMessageOf } from '@greenroom/protocol';
import { z } from 'zod';
import { readJsonBody } from '../server/readBody';
import { answerJson, RouteError } from '../server/SidecarServer';
import type { SidecarServices } from '../SidecarServices';

type Repository = SidecarMessageOf<'git_status'>['repositories'][number];

/** As many as an Agent has contexts. */
const MOST_REPOSITORIES = 64;
const LARGEST_REPORT_BYTES = 16 * 1024;

/** What git-sync reports; see context-tools. */
const Report = z.object({
  context: z.string().min(1).max(253),
  phase: z.enum(['Synced', 'Blocked', 'Diverged', 'Failed']),
  commit: z.string().max(64).optional(),
  observed: z.string().max(64).optional(),
  message: z.string().max(4_096).optional(),
  at: z.iso.datetime(),
});

/** `POST /v1/git-sync`: how a repository that the pod follows stands, for the Agent's `status.gitSync`. */
export function gitSyncRoutes({
  server,
  secrets,
  reportRepositories,
}: SidecarServices): void {
  const repositories = new Map<string, Repository>();
  server.route(
    'POST',
    '/v1/git-sync',
    { session: 'none' },
    async ({ request, response }) => {
      const report = await readJsonBody(request, Report, LARGEST_REPORT_BYTES);
      const before = repositories.get(report.context);
      if (!before && repositories.size >= MOST_REPOSITORIES) {
        throw new RouteError(
          429,
          'TooMany',
          `An agent follows at most ${MOST_REPOSITORIES} repositories.`,
        );
      }
      const isNew = report.commit !== before?.commit;
      const lastSync =
        isNew && report.phase === 'Synced' ? report.at : before?.last_sync_time;
      repositories.set(report.context, {
        name: report.context,
        phase:
          report.phase === 'Blocked' || report.phase === 'Diverged'
            ? 'Waiting'
            : report.phase,
        ...(report.commit && { commit: report.commit }),
        ...(report.observed && { observed_commit: report.observed }),
        ...(lastSync && { last_sync_time: lastSync }),
        last_check_time: report.at,
        ...(report.message && {
          message: secrets.redactText(report.message).slice(0, 1_024),
        }),
      });
      reportRepositories([...repositories.values()]);
      answerJson(response, 200, { ok: true });
    },
  );
}
