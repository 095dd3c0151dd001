import type { SidecarExtension } from '../../SidecarServices';
import type { LlmGateway } from './LlmGateway';

/** `/llm/<model>/…`: the agent's models. What it takes is loaded with the first call. */
export const llmRoutes: SidecarExtension = services => {
  let gateway: Promise<LlmGateway> | undefined;
  services.server.route(
    ['GET', 'POST'],
    '/llm/:model/*',
    // The gateway finds the session itself, to answer in the provider's form when there is none.
    { session: 'none' },
    async context => {
      gateway ??= import('./LlmGateway').then(
        module => new module.LlmGateway(services),
      );
      await (await gateway).serve(context);
    },
  );
};
