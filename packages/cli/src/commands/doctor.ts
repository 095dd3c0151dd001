import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { styleText } from 'node:util';
import { Deployment } from '@greenroom/controller-runtime';
import { CliError } from '../CliError';
import { ClusterChoice, connect } from '../cluster/connect';
import { GreenroomHome } from '../home/GreenroomHome';
import { readRunState, readRunning } from '../home/RunState';
import { Output } from '../output/Output';

interface Finding {
  what: string;
  /** `missing` is worth knowing and stops nothing. */
  state: 'ok' | 'missing' | 'bad';
  message: string;
}

const versionOf = (command: string, ...args: string[]) => {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n')[0] : undefined;
};

function checkProgram(
  what: string,
  command: string,
  args: string[],
  need: string,
  state: Finding['state'],
): Finding {
  const version = versionOf(command, ...args);
  return version
    ? { what, state: 'ok', message: version }
    : { what, state, message: need };
}

function checkFolder(home: GreenroomHome): Finding {
  try {
    mkdirSync(home.folder, { recursive: true });
    accessSync(home.folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(home.folder);
    const free = Math.round((bavail * bsize) / 1e6);
    return free < 1000
      ? {
          what: 'state folder',
          state: 'bad',
          message: `${home.folder} has only ${free} MB free. Free some space, or name another folder in GREENROOM_HOME.`,
        }
      : {
          what: 'state folder',
          state: 'ok',
          message: `${home.folder}, ${free} MB free`,
        };
  } catch (error) {
    return {
      what: 'state folder',
      state: 'bad',
      message: `${home.folder} cannot be written: ${
        (error as Error).message
      }. Name another folder in GREENROOM_HOME.`,
    };
  }
}

async function checkCluster(
  home: GreenroomHome,
  choice: ClusterChoice,
): Promise<Finding[]> {
  const running = readRunning(home);
  if (!running && !choice.kubeconfig) {
    const wasKilled = readRunState(home) !== undefined;
    return [
      {
        what: 'cluster',
        state: 'missing',
        message: `none runs${
          wasKilled
            ? ' (the last one was killed; the next start tidies up)'
            : ''
        }. Start it with: greenroom up`,
      },
    ];
  }
  try {
    const { client } = await connect(
      home,
      { kubeconfig: running?.kubeconfig, ...choice },
      process.env,
    );
    try {
      const version = JSON.parse(
        await client.raw({ method: 'GET', path: '/version' }),
      );
      const operator = await client.find(Deployment, {
        namespace: 'greenroom-system',
        name: 'greenroom-operator',
      });
      const isReady = Boolean(operator?.status?.availableReplicas);
      return [
        {
          what: 'cluster',
          state: 'ok',
          message: `${client.access.server}, Kubernetes ${version.gitVersion}`,
        },
        {
          what: 'operator',
          state: isReady ? 'ok' : 'bad',
          message: isReady
            ? 'ready'
            : 'not ready. See: kubectl -n greenroom-system describe pods; kubectl -n greenroom-system logs deploy/greenroom-operator',
        },
      ];
    } finally {
      client.close();
    }
  } catch (error) {
    return [
      { what: 'cluster', state: 'bad', message: (error as Error).message },
    ];
  }
}

/** Looks at everything that Greenroom needs, and says what to do about what is not right. */
export async function doctor(
  home: GreenroomHome,
  choice: ClusterChoice,
  output: Output,
): Promise<void> {
  const findings: Finding[] = [
    { what: 'node', state: 'ok', message: process.version },
    checkProgram(
      'git',
      'git',
      ['--version'],
      'not found: Git contexts and skills need it. Install git.',
      'bad',
    ),
    checkProgram(
      'kubectl',
      'kubectl',
      ['version', '--client'],
      'not found: Greenroom works without it, but everything here can be done by it, too.',
      'missing',
    ),
    checkProgram(
      'bubblewrap',
      'bwrap',
      ['--version'],
      'not found: pods of the local cluster run unconfined, with the rights of your user.',
      'missing',
    ),
    checkFolder(home),
    ...(await checkCluster(home, choice)),
  ];
  if (output.format === 'json') {
    output.json(findings);
  } else {
    const marks = {
      ok: styleText('green', '✓'),
      missing: styleText('yellow', '–'),
      bad: styleText('red', '✗'),
    };
    for (const { what, state, message } of findings) {
      output.print(`${marks[state]} ${what.padEnd(14)} ${message}`);
    }
  }
  const bad = findings.filter(({ state }) => state === 'bad').length;
  if (bad) throw new CliError(`${bad} of these keep Greenroom from working.`);
}
