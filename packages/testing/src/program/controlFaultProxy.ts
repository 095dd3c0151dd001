import { FaultPlan } from '../faults/FaultPlan';
import type { FaultProxy } from '../faults/FaultProxy';
import { LoopbackServer, type ListenOptions } from '../server/LoopbackServer';
import { readJson } from '../server/readBody';
import { sendJson } from '../server/sendJson';

/** Lets other programs direct a proxy over HTTP: `PUT /plan`, `POST /cut`, `GET /`. */
export async function controlFaultProxy(
  proxy: FaultProxy,
  listen: ListenOptions,
): Promise<LoopbackServer> {
  return LoopbackServer.start(async (request, response) => {
    const action = `${request.method} ${request.url}`;
    if (action === 'PUT /plan') {
      const plan = FaultPlan.safeParse(await readJson(request));
      if (!plan.success) {
        sendJson(response, 400, { error: plan.error.message });
        return;
      }
      proxy.follow(plan.data);
    } else if (action === 'POST /cut') {
      proxy.cut();
    } else if (action !== 'GET /') {
      sendJson(response, 404, { error: `No ${action} here.` });
      return;
    }
    sendJson(response, 200, { open: proxy.open, accepted: proxy.accepted });
  }, listen);
}
