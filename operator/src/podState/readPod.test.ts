import type { Pod } from '@greenroom/controller-runtime';
import { readPod } from './readPod';

const aPod = (
  status: Pod['status'],
  metadata: Partial<Pod['metadata']> = {},
): Pod => ({
  metadata: { name: 'p', namespace: 'ns', ...metadata },
  status,
});
const aContainer = (over: object) => ({
  name: 'agent',
  image: 'ghcr.io/x/y:1',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...over,
});

describe('readPod', () => {
  it('says that a pod fits no node, and what to do', () => {
    const state = readPod(
      aPod({
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message: '0/1 nodes are available: 1 Insufficient memory',
          },
        ],
      }),
    );
    expect(state).toMatchObject({
      state: 'pending',
      trouble: { reason: 'Unschedulable' },
    });
    expect(state.state === 'pending' && state.trouble?.message).toMatch(
      /Insufficient memory.*podSpec\.resources/,
    );
  });

  it('names the image that cannot be pulled, also of an init container', () => {
    expect(
      readPod(
        aPod({
          phase: 'Pending',
          initContainerStatuses: [
            aContainer({
              name: 'runtime-init',
              state: {
                waiting: { reason: 'ImagePullBackOff', message: 'denied' },
              },
            }),
          ],
        }),
      ),
    ).toEqual({
      state: 'pending',
      trouble: {
        reason: 'ImagePullFailed',
        container: 'runtime-init',
        message:
          'Image "ghcr.io/x/y:1" of container "runtime-init" cannot be pulled: denied. Correct the name, or add imagePullSecrets.',
      },
    });
  });

  it('tells the exit code and the reason of the container that failed', () => {
    expect(
      readPod(
        aPod({
          phase: 'Failed',
          containerStatuses: [
            aContainer({ name: 'ok', state: { terminated: { exitCode: 0 } } }),
            aContainer({
              state: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
            }),
          ],
        }),
      ),
    ).toMatchObject({
      state: 'failed',
      trouble: {
        reason: 'OutOfMemory',
        container: 'agent',
        exitCode: 137,
        message:
          'Container "agent" of pod "p" ended with exit code 137 (OOMKilled).',
      },
    });
  });

  it('sees a crash loop in a running pod', () => {
    const state = readPod(
      aPod({
        phase: 'Running',
        containerStatuses: [
          aContainer({
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 1 } },
          }),
        ],
      }),
    );
    expect(state).toMatchObject({
      state: 'running',
      ready: false,
      trouble: { reason: 'CrashLoop', exitCode: 1 },
    });
  });

  it.each([
    [
      aPod({ phase: 'Failed', reason: 'Evicted', message: 'disk pressure' }),
      'failed',
    ],
    [aPod({ phase: 'Succeeded' }), 'succeeded'],
    [
      aPod({
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True' }],
      }),
      'running',
    ],
    [
      aPod({ phase: 'Running' }, { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      'ending',
    ],
    [aPod(undefined), 'pending'],
  ])('reads the phase %#', (pod, state) => {
    expect(readPod(pod).state).toBe(state);
  });
});
