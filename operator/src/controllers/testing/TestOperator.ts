import {
  ControllerMetrics,
  EventRecorder,
  KubeClient,
  Manager,
  Namespace,
  type ClusterAccess,
} from '@greenroom/controller-runtime';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { OperatorConfig } from '../../config/OperatorConfig';
import type { SidecarCalls } from '../../ingest/SidecarLink';
import { registerControllers } from '../registerControllers';
import { FakeKubelet } from './FakeKubelet';
import { FakeSidecars } from './FakeSidecars';

/** The controllers with a real API server, and sidecars in this process. */
export class TestOperator {
  readonly sidecars: FakeSidecars;
  readonly kubelet: FakeKubelet;
  readonly calls: SidecarCalls;
  readonly events: EventRecorder;

  constructor(
    readonly client: KubeClient,
    readonly manager: Manager,
    sidecars: FakeSidecars,
    readonly metrics: Registry,
  ) {
    this.sidecars = sidecars;
    const { log } = manager;
    this.events = new EventRecorder({
      client,
      log,
      controller: 'greenroom.dev/operator',
      instance: 'test',
    });
    this.calls = registerControllers({
      config: { namespace: 'greenroom-system' } as OperatorConfig,
      manager,
      client,
      events: this.events,
      log,
      metrics,
      links: sidecars,
      sessions: sidecars,
      clusterUid: 'cluster',
      keyId: 'key',
    });
    this.kubelet = new FakeKubelet(client, manager.cache, sidecars);
  }

  static async start(
    access: ClusterAccess,
    sidecars = new FakeSidecars(),
  ): Promise<TestOperator> {
    const client = new KubeClient(access, {
      fieldManager: 'greenroom-operator',
    });
    const log = pino({ level: process.env.TEST_LOG ?? 'silent' });
    const registry = new Registry();
    const manager = new Manager({
      client,
      log,
      metrics: new ControllerMetrics(registry),
    });
    const operator = new TestOperator(client, manager, sidecars, registry);
    await operator.manager.start();
    return operator;
  }

  /** Makes a namespace for one test. */
  async namespace(): Promise<string> {
    const name = `test-${Math.random().toString(36).slice(2, 10)}`;
    await this.client.create(Namespace, { metadata: { name } });
    return name;
  }

  async stop(): Promise<void> {
    await this.manager.stop();
    await this.events.flush();
    this.client.close();
  }
}
