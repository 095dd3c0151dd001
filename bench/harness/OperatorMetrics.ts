import type { KubeClient } from '@greenroom/controller-runtime';

const PATH =
  '/api/v1/namespaces/greenroom-system/services/greenroom-operator:metrics/proxy/metrics';

/** One reading of the operator's Prometheus metrics. */
export class OperatorMetrics {
  private constructor(private readonly lines: string[]) {}

  /** Reads them through the API server, as `kubectl get --raw` does. */
  static async read(client: KubeClient): Promise<OperatorMetrics> {
    const text = await client.raw({ method: 'GET', path: PATH });
    return new OperatorMetrics(text.split('\n'));
  }

  /** Sum of a counter's series, or of those that have a label such as `controller="task"`. */
  sum(name: string, label = ''): number {
    return this.lines
      .filter(line => line.startsWith(`${name}{`) && line.includes(label))
      .reduce((sum, line) => sum + Number(line.split(' ').pop()), 0);
  }

  /** The values that a label of a counter has. */
  valuesOf(name: string, label: string): string[] {
    const pattern = new RegExp(`^${name}\\{.*\\b${label}="([^"]*)"`);
    return [
      ...new Set(this.lines.flatMap(line => line.match(pattern)?.[1] ?? [])),
    ];
  }
}
