import { KubeConfig } from '@kubernetes/client-node';

/** Headers from a kubeconfig's exec plugin or authentication provider, asked anew when they end. */
export async function providerHeaders(
  text: string,
  context: string,
): Promise<() => Promise<Record<string, string>>> {
  const config = new KubeConfig();
  config.loadFromString(text);
  config.setCurrentContext(context);
  return async () => {
    const options: { headers?: Record<string, string> } = {};
    await config.applyToHTTPSOptions(
      options as Parameters<typeof config.applyToHTTPSOptions>[0],
    );
    return options.headers ?? {};
  };
}
