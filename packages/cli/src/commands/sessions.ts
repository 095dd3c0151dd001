import { createWriteStream, mkdirSync } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { parseSessionEvent } from '@greenroom/protocol';
import Table from 'cli-table3';
import { ClusterChoice, connect } from '../cluster/connect';
import { SessionJournal, SessionSummary } from '../cluster/SessionJournal';
import { GreenroomHome } from '../home/GreenroomHome';
import { Output } from '../output/Output';
import { renderEvent } from '../output/renderEvent';

async function withJournal<T>(
  home: GreenroomHome,
  choice: ClusterChoice,
  use: (journal: SessionJournal) => Promise<T>,
): Promise<T> {
  const { client, kubeconfig } = await connect(home, choice, process.env);
  try {
    return await use(new SessionJournal(client, kubeconfig));
  } finally {
    client.close();
  }
}

export async function listSessions(
  home: GreenroomHome,
  choice: ClusterChoice,
  output: Output,
): Promise<void> {
  const sessions: SessionSummary[] = [];
  await withJournal(home, choice, async journal => {
    for await (const session of journal.list()) sessions.push(session);
  });
  if (output.format === 'json') {
    output.json(sessions);
    return;
  }
  if (!sessions.length) {
    output.print('No session yet. Start one with: greenroom run repo-doctor');
    return;
  }
  const table = new Table({
    head: ['Session', 'Agent', 'Title', 'Phase', 'Events'],
    style: { head: [], border: [] },
  });
  for (const session of sessions) {
    table.push(
      session.problem
        ? [session.session_id, '', session.problem, 'unreadable', '']
        : [
            session.session_id,
            `${session.namespace}/${session.agent.name}`,
            session.title ?? '',
            session.phase,
            session.seq,
          ],
    );
  }
  output.print(table.toString());
}

export async function showSession(
  home: GreenroomHome,
  choice: ClusterChoice,
  sessionId: string,
  output: Output,
): Promise<void> {
  await withJournal(home, choice, async journal => {
    for await (const raw of journal.events(sessionId)) {
      if (output.format === 'json') {
        output.print(JSON.stringify(raw));
        continue;
      }
      const event = parseSessionEvent(raw);
      output.print(
        `${event.ts} ${event.type}${
          renderEvent(event) ? `\n  ${renderEvent(event)}` : ''
        }`,
      );
    }
  });
}

/** Writes the session's bundle: every entry with its exact bytes, seals and blobs, as `audit verify` reads it. */
export async function exportSession(
  home: GreenroomHome,
  choice: ClusterChoice,
  sessionId: string,
  folder: string,
  output: Output,
): Promise<void> {
  await withJournal(home, choice, async journal => {
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${sessionId}.jsonl`);
    const bundle = createWriteStream(file);
    for await (const line of journal.exportLines(sessionId)) {
      bundle.write(`${line}\n`);
    }
    bundle.end();
    await finished(bundle);
    output.print(`Wrote ${file}`);
  });
}
