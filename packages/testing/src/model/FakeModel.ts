import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { LoopbackServer, type ListenOptions } from '../server/LoopbackServer';
import { readJson } from '../server/readBody';
import { Recorder } from '../server/Recorder';
import { sendJson } from '../server/sendJson';
import { answer, sendError } from './answer';
import type { ModelReply } from './ModelReply';
import type { ModelRequest } from './ModelRequest';
import { ModelRule } from './ModelRule';
import { ModelScript } from './ModelScript';
import { planReply } from './PlannedReply';
import { RateLimit } from './RateLimit';
import { anthropicWire } from './wire/anthropicWire';
import { chatWire } from './wire/chatWire';
import type { ModelWire } from './wire/ModelWire';
import { responsesWire } from './wire/responsesWire';

const wires: readonly ModelWire[] = [anthropicWire, chatWire, responsesWire];

/** How a fake model behaves. */
export interface FakeModelOptions extends ListenOptions {
  /** Tried in order; without one that holds, the model repeats what it was told. */
  rules?: ModelRule[];
  /** The key that requests must carry; any or none when unset. */
  apiKey?: string;
  /** More requests than these in a window are answered 429 with `Retry-After`. */
  rateLimit?: { requests: number; windowMs: number };
  /** What `GET …/models` lists. */
  models?: string[];
}

/**
 * A server that speaks the wire formats of Anthropic Messages, OpenAI Chat Completions and OpenAI Responses, and answers
 * by a script. Other programs script it over HTTP: `GET` and `DELETE /_fake/requests`, `POST /_fake/rules`.
 */
export class FakeModel {
  /** Requests so far; `waitFor` waits for one. */
  readonly requests = new Recorder<ModelRequest>();
  private readonly script: ModelScript;
  private readonly limit?: RateLimit;
  private server!: LoopbackServer;
  private answered = 0;

  private constructor(private readonly options: FakeModelOptions) {
    this.script = new ModelScript(options.rules ?? []);
    if (options.rateLimit) {
      const { requests, windowMs } = options.rateLimit;
      this.limit = new RateLimit(requests, windowMs);
    }
  }

  static async start(options: FakeModelOptions = {}): Promise<FakeModel> {
    const model = new FakeModel(options);
    model.server = await LoopbackServer.start((request, response) => {
      model.route(request, response).catch(error => {
        sendJson(response, 500, { error: { message: String(error) } });
      });
    }, options);
    return model;
  }

  /** Base URL for Anthropic's clients; OpenAI's want `<url>/v1`. */
  get url(): string {
    return this.server.url;
  }

  get port(): number {
    return this.server.port;
  }

  /** Puts rules before those that are there. */
  use(...rules: ModelRule[]): void {
    this.script.prepend(...rules);
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  private async route(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { pathname } = new URL(request.url!, 'http://fake');
    const wire = wires.find(each => each.path.test(pathname));
    if (pathname.startsWith('/_fake/')) {
      await this.control(pathname, request, response);
    } else if (request.method === 'GET' && /\/models$/.test(pathname)) {
      const data = (this.options.models ?? ['fake']).map(id => ({
        id,
        type: 'model',
        object: 'model',
        display_name: id,
      }));
      sendJson(response, 200, { object: 'list', data, has_more: false });
    } else if (request.method === 'POST' && wire) {
      await this.serve(wire, pathname, request, response);
    } else {
      sendJson(response, 404, {
        error: {
          type: 'not_found_error',
          message: `The fake model has no ${request.method} ${pathname}. Post to …/v1/messages, …/chat/completions or …/responses.`,
        },
      });
    }
  }

  private async serve(
    wire: ModelWire,
    path: string,
    message: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await readJson(message);
    const refusal = this.refuse(message);
    if (refusal) {
      sendError(wire, refusal, response);
      return;
    }
    let prompt;
    try {
      prompt = wire.read(body);
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      sendError(wire, { status: 400, message: error.message }, response);
      return;
    }
    const request: ModelRequest = {
      ...prompt,
      api: wire.api,
      path,
      headers: message.headers,
      body,
      receivedAt: Date.now(),
      outcome: 'running',
    };
    const reply = this.script.replyTo(request);
    this.requests.add(request);
    await this.carryOut(wire, request, reply, response);
  }

  private async carryOut(
    wire: ModelWire,
    request: ModelRequest,
    reply: ModelReply,
    response: ServerResponse,
  ): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    this.answered += 1;
    const planned = planReply(reply, request, this.answered);
    try {
      request.outcome = await answer({
        wire,
        request,
        reply,
        planned,
        response,
        gone: gone.signal,
      });
    } catch (error) {
      if (!gone.signal.aborted) throw error;
      request.outcome = 'aborted';
    }
    // A client may also hang up between two pieces, while nothing waits for it.
    if (gone.signal.aborted && request.outcome === 'answered') {
      request.outcome = 'aborted';
    }
    request.endedAt = Date.now();
    this.requests.changed();
  }

  private refuse({ headers }: IncomingMessage): ModelReply['error'] {
    const { apiKey } = this.options;
    const bearer = headers.authorization?.replace(/^Bearer /i, '');
    if (apiKey && headers['x-api-key'] !== apiKey && bearer !== apiKey) {
      return { status: 401, message: 'The API key is wrong or missing.' };
    }
    const waitMs = this.limit?.take() ?? 0;
    if (waitMs > 0) {
      return {
        status: 429,
        message: 'Too many requests for this fake model.',
        retryAfter: Math.ceil(waitMs / 1_000),
      };
    }
    return undefined;
  }

  private async control(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const action = `${request.method} ${path}`;
    if (action === 'GET /_fake/requests') {
      sendJson(response, 200, this.requests.all);
    } else if (action === 'DELETE /_fake/requests') {
      this.requests.clear();
      sendJson(response, 200, {});
    } else if (action === 'POST /_fake/rules') {
      const rules = z.array(ModelRule).safeParse(await readJson(request));
      if (rules.success) this.use(...rules.data);
      sendJson(
        response,
        rules.success ? 200 : 400,
        rules.success ? {} : { error: { message: rules.error.message } },
      );
    } else {
      sendJson(response, 404, { error: { message: `No ${action} here.` } });
    }
  }
}
