import { z } from 'zod';
import type { ModelClient } from '../model/ModelClient';
import { defineTool, type AgentTool } from '../tools/AgentTool';
import type { Turn } from '../turns/Turn';
import { Conversation, type Equipment } from './Conversation';
import type { ConversationConfig } from './ConversationConfig';

/** Events of a sub-agent that count for its session; what it says is for the agent that asked. */
const PASSED_ON =
  /^agent\.(tool_call|tool_result|usage|error|artifact|permission_request|input_request)$|^delta\.tool_output$/;

/** The tool by which an agent gives part of its work to a sub-agent with a conversation of its own. */
export function delegateTools(
  model: ModelClient,
  config: ConversationConfig,
  contextTokens: number,
  equipment: Equipment,
  turn: Turn,
): AgentTool[] {
  const { agents } = config;
  if (!agents.length) return [];
  return [
    defineTool({
      name: 'delegate_task',
      description: `Gives a task to a sub-agent, which works on it alone with the same workspace and answers once. It knows nothing of this conversation: tell it everything it needs. There are:\n${agents
        .map(({ name, description }) => `- ${name}: ${description}`)
        .join('\n')}`,
      input: z.object({
        agent: z
          .enum(agents.map(({ name }) => name) as [string, ...string[]])
          .describe('Which sub-agent.'),
        task: z
          .string()
          .min(1)
          .describe('The whole task, with all it must know.'),
      }),
      action: ({ agent, task }) => `Give to ${agent}: ${task}`,
      async execute({ agent: name, task }, { onOutput }) {
        const agent = agents.find(each => each.name === name)!;
        const conversation = new Conversation(model, config, contextTokens);
        const outcome = await conversation.answer(
          task,
          {
            ...turn,
            emit: (type, payload, id) => {
              if (type === 'delta.text') onOutput(String(payload.text));
              else if (PASSED_ON.test(type)) turn.emit(type, payload, id);
            },
          },
          {
            instructions: `${equipment.instructions}\n\n# Your part\n\nYou are the sub-agent "${name}". ${agent.instructions}`,
            tools: equipment.tools.filter(
              tool => !agent.tools || agent.tools.includes(tool.name),
            ),
          },
        );
        if (outcome.outcome === 'failed')
          throw new Error(outcome.error.message);
        return outcome.answer ?? '';
      },
    }),
  ];
}
