import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';
import { KubeClient, resourceType } from '@greenroom/controller-runtime';
import { labels, Message, MessageChunk, Session } from '@greenroom/kinds';
import { CliError } from '../CliError';
import { ClusterChoice, connect } from '../cluster/connect';
import { GreenroomHome } from '../home/GreenroomHome';
import { Output } from '../output/Output';

const messageType = resourceType<Message>(Message);
const chunkType = resourceType<MessageChunk>(MessageChunk);
const sessionType = resourceType<Session>(Session);

const ENDED = ['Completed', 'Failed', 'Cancelled', 'Denied'];

/** A conversation with an agent in the terminal: each line a Message, each answer streamed. */
export async function chat(
  home: GreenroomHome,
  agent: string,
  choice: ClusterChoice,
  output: Output,
): Promise<void> {
  const { client, namespace } = await connect(home, choice, process.env);
  const prompt = createInterface({
    input: process.stdin,
    output: process.stderr,
  });
  try {
    const session = await client.create<Session>(sessionType, {
      apiVersion: Session.apiVersion,
      kind: Session.kind,
      metadata: { generateName: `${agent}-chat-`, namespace },
      spec: {
        agentRef: { name: agent },
        placement: 'Shared',
        interactive: true,
      },
    } as Session);
    output.note(
      `Talking to ${agent} (session ${session.metadata.name}). Ctrl-C cancels an answer, Ctrl-D ends.`,
    );
    prompt.setPrompt(styleText('cyan', '› '));
    prompt.prompt();
    for await (const line of prompt) {
      if (line.trim()) {
        await sendMessage(client, {
          namespace,
          session: session.metadata.name!,
          text: line,
          output,
          onInterrupt: listener => {
            prompt.once('SIGINT', listener);
            return () => prompt.removeListener('SIGINT', listener);
          },
        });
      }
      prompt.prompt();
    }
  } finally {
    prompt.close();
    client.close();
  }
}

interface SendOptions {
  namespace: string;
  session: string;
  text: string;
  output: Output;
  /** Calls the listener when the person wants to cancel; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void;
}

async function sendMessage(
  client: KubeClient,
  { namespace, session, text, output, onInterrupt }: SendOptions,
) {
  const message = await client.create<Message>(messageType, {
    apiVersion: Message.apiVersion,
    kind: Message.kind,
    metadata: { generateName: `${session}-`, namespace },
    spec: { sessionRef: { name: session }, text, stream: true },
  } as Message);
  const name = message.metadata.name!;
  const stop = new AbortController();
  const forget = onInterrupt(() => {
    client
      .patch(messageType, { namespace, name }, 'merge', {
        spec: { cancel: true },
      })
      .catch(error => output.note(error.message));
  });
  let streamed = '';
  const streaming = (async () => {
    const watch = client.watch(chunkType, {
      namespace,
      labelSelector: `${labels.message}=${name}`,
      signal: stop.signal,
    });
    for await (const { type, object } of watch) {
      if (type !== 'ADDED') continue;
      for (const entry of object.spec?.entries ?? []) {
        if (entry.type !== 'response') continue;
        streamed += entry.content;
        process.stdout.write(entry.content);
      }
    }
  })();
  try {
    const ended = await endOf(client, namespace, name);
    stop.abort();
    await streaming;
    const { phase, response = '', error } = ended.status!;
    if (phase === 'Completed') {
      // What was not streamed before the end is still owed.
      output.print(
        response.startsWith(streamed)
          ? response.slice(streamed.length)
          : `\n${response}`,
      );
    } else {
      output.note(`\n${phase}${error?.message ? `: ${error.message}` : ''}`);
    }
  } finally {
    forget();
    stop.abort();
  }
}

async function endOf(
  client: KubeClient,
  namespace: string,
  name: string,
): Promise<Message> {
  for (;;) {
    const watch = client.watch(messageType, {
      namespace,
      fieldSelector: `metadata.name=${name}`,
    });
    for await (const { type, object } of watch) {
      if (type === 'DELETED') {
        throw new CliError(`The message ${name} was deleted.`);
      }
      if (ENDED.includes(object.status?.phase ?? '')) return object;
    }
  }
}
