import { parseArgs, type ParseArgsConfig } from 'node:util';
import { z } from 'zod';
import { FaultPlan } from '../faults/FaultPlan';
import { FaultProxy } from '../faults/FaultProxy';
import { FakeMcp } from '../mcp/FakeMcp';
import { ScriptedTool } from '../mcp/ScriptedTool';
import { serveFakeMcpOverStdio } from '../mcp/serveFakeMcpOverStdio';
import { FakeModel } from '../model/FakeModel';
import { ModelRule } from '../model/ModelRule';
import { controlFaultProxy } from './controlFaultProxy';
import { readScript } from './readScript';

/** A fake that runs: what it says when it is ready, and how it stops. */
export interface RunningProgram {
  /** Printed as one line of JSON; nothing where the standard output is the fake's own wire. */
  ready?: Record<string, unknown>;
  stop(): Promise<void>;
}

/** One of the fakes, as a program. */
export interface TestProgram {
  usage: string;
  run(args: string[]): Promise<RunningProgram>;
}

const listenOptions = {
  port: { type: 'string', default: '0' },
  host: { type: 'string', default: '127.0.0.1' },
} satisfies ParseArgsConfig['options'];

function wholeNumber(text: string, name: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} is "${text}", but must be a whole number.`);
}

/** All programs, by name. */
export const programs: Record<string, TestProgram> = {
  'fake-model': {
    usage:
      '[--port N] [--host H] [--rules FILE] [--api-key KEY] [--rate-limit REQUESTS/MILLISECONDS]',
    async run(args) {
      const { values } = parseArgs({
        args,
        options: {
          ...listenOptions,
          rules: { type: 'string' },
          'api-key': { type: 'string' },
          'rate-limit': { type: 'string' },
        },
      });
      const limit = values['rate-limit']?.split('/');
      const model = await FakeModel.start({
        host: values.host,
        port: wholeNumber(values.port, 'port'),
        apiKey: values['api-key'],
        rules: values.rules
          ? await readScript(values.rules, z.array(ModelRule))
          : [],
        rateLimit: limit && {
          requests: wholeNumber(limit[0], 'rate-limit'),
          windowMs: wholeNumber(limit[1] ?? '', 'rate-limit'),
        },
      });
      return { ready: { url: model.url }, stop: () => model.stop() };
    },
  },
  'fake-mcp': {
    usage: '[--port N] [--host H] [--tools FILE] [--token TOKEN] [--stdio]',
    async run(args) {
      const { values } = parseArgs({
        args,
        options: {
          ...listenOptions,
          tools: { type: 'string' },
          token: { type: 'string' },
          stdio: { type: 'boolean', default: false },
        },
      });
      const tools = values.tools
        ? await readScript(values.tools, z.array(ScriptedTool))
        : [{ name: 'echo', reply: { echo: true } }];
      if (values.stdio) {
        serveFakeMcpOverStdio(tools);
        return { stop: async () => undefined };
      }
      const fake = await FakeMcp.start({
        host: values.host,
        port: wholeNumber(values.port, 'port'),
        token: values.token,
        tools,
      });
      return { ready: { url: fake.url }, stop: () => fake.stop() };
    },
  },
  'fault-proxy': {
    usage:
      '--target HOST:PORT [--port N] [--host H] [--plan JSON] [--control-port N]',
    async run(args) {
      const { values } = parseArgs({
        args,
        options: {
          ...listenOptions,
          target: { type: 'string' },
          plan: { type: 'string', default: '{}' },
          'control-port': { type: 'string', default: '0' },
        },
      });
      const [, host, port] = /^(.+):(\d+)$/.exec(values.target ?? '') ?? [];
      if (!host) throw new Error('Say where to lead: --target HOST:PORT.');
      const proxy = await FaultProxy.start({
        host: values.host,
        port: wholeNumber(values.port, 'port'),
        target: { host, port: wholeNumber(port, 'target') },
        plan: FaultPlan.parse(JSON.parse(values.plan)),
      });
      const control = await controlFaultProxy(proxy, {
        host: values.host,
        port: wholeNumber(values['control-port'], 'control-port'),
      });
      return {
        ready: { port: proxy.port, control: control.url },
        stop: async () => {
          await control.stop();
          await proxy.stop();
        },
      };
    },
  },
};
