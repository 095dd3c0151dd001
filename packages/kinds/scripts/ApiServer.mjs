import { readFileSync } from 'node:fs';
import { request, Agent } from 'node:https';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

/** Speaks with the API server that the current context of a kubeconfig names. */
export class ApiServer {
  #server;
  #agent;
  #headers;

  constructor(kubeconfig) {
    const config = parse(readFileSync(kubeconfig, 'utf8'));
    const named = (list, name) => list.find(entry => entry.name === name);
    const { context } = named(config.contexts, config['current-context']);
    const { cluster } = named(config.clusters, context.cluster);
    const { user } = named(config.users, context.user);
    const part = (holder, key) => {
      if (holder[`${key}-data`])
        return Buffer.from(holder[`${key}-data`], 'base64');
      return holder[key]
        ? readFileSync(resolve(dirname(kubeconfig), holder[key]))
        : undefined;
    };
    this.#server = cluster.server;
    this.#headers = user.token ? { authorization: `Bearer ${user.token}` } : {};
    this.#agent = new Agent({
      keepAlive: true,
      ca: part(cluster, 'certificate-authority'),
      cert: part(user, 'client-certificate'),
      key: part(user, 'client-key'),
    });
  }

  /** Sends one request; resolves with status and parsed body, whatever the status. */
  send(method, path, body, type = 'application/json') {
    return new Promise((done, failed) => {
      const options = {
        method,
        agent: this.#agent,
        headers: { ...this.#headers, 'content-type': type },
      };
      const sent = request(new URL(path, this.#server), options, response => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', chunk => {
          text += chunk;
        });
        response.on('end', () =>
          done({ status: response.statusCode, body: JSON.parse(text || '{}') }),
        );
      });
      sent.on('error', failed);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Sends one request that must succeed. */
  async need(method, path, body, type) {
    const { status, body: answer } = await this.send(method, path, body, type);
    if (status >= 300)
      throw new Error(
        `${method} ${path} answered ${status}: ${answer.message}`,
      );
    return answer;
  }

  close() {
    this.#agent.destroy();
  }
}
