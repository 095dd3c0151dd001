import type { KindDefinition } from './defineKind';
import { Agent } from './kinds/Agent';
import { AgentTemplate } from './kinds/AgentTemplate';
import { Approval } from './kinds/Approval';
import { CronTask } from './kinds/CronTask';
import { GreenroomConfig } from './kinds/GreenroomConfig';
import { Message } from './kinds/Message';
import { MessageChunk } from './kinds/MessageChunk';
import { Model } from './kinds/Model';
import { Notification } from './kinds/Notification';
import { Policy } from './kinds/Policy';
import { Provider } from './kinds/Provider';
import { Registry } from './kinds/Registry';
import { Session } from './kinds/Session';
import { Task } from './kinds/Task';
import { Tenant } from './kinds/Tenant';
import { Tool } from './kinds/Tool';

/** Every kind of Greenroom, in the order of the reference. */
export const allKinds = [
  Agent,
  AgentTemplate,
  Task,
  CronTask,
  Session,
  Message,
  MessageChunk,
  Notification,
  Tool,
  Model,
  Policy,
  Approval,
  Registry,
  Provider,
  Tenant,
  GreenroomConfig,
] as unknown as readonly KindDefinition[];
