import { z } from 'zod';
import { list, mapOf } from '../collections';
import {
  DataKey,
  EnvName,
  filled,
  integer,
  ObjectName,
  Port,
  PortName,
  Quantity,
  text,
} from '../scalars';
import { withRules } from '../withRules';

const keyOf = (what: string) =>
  z.object({
    name: ObjectName.describe(`Name of the ${what}.`),
    key: DataKey.describe(`Key in the ${what}.`),
    optional: z.boolean().optional().describe('Whether it may be missing.'),
  });

/** A variable of a container, as in Kubernetes. */
export const EnvVar = z.object({
  name: EnvName.describe('Name of the variable.'),
  value: text(32_768)
    .optional()
    .describe('Its value. $(NAME) stands for another variable.'),
  valueFrom: z
    .object({
      configMapKeyRef: keyOf('ConfigMap')
        .optional()
        .describe('From a ConfigMap.'),
      secretKeyRef: keyOf('Secret').optional().describe('From a Secret.'),
      fieldRef: z
        .object({
          apiVersion: text(64)
            .optional()
            .describe('Version the path is written for.'),
          fieldPath: filled(253).describe(
            'Path of the field, such as metadata.name.',
          ),
        })
        .optional()
        .describe('From a field of the pod.'),
      resourceFieldRef: z
        .object({
          containerName: text(63)
            .optional()
            .describe('Container; its own by default.'),
          resource: filled(253).describe('Resource, such as limits.memory.'),
          divisor: Quantity.optional().describe('Unit of the value.'),
        })
        .optional()
        .describe('From a resource of the container.'),
    })
    .optional()
    .describe('Where its value comes from.'),
});

const ResourceList = mapOf(Quantity, 16);

/** Requests and limits of a container, as in Kubernetes. */
export const Resources = z.object({
  requests: ResourceList.optional().describe(
    'What the container is sure to get.',
  ),
  limits: ResourceList.optional().describe('What the container gets at most.'),
});

const HookPort = z
  .union([Port, PortName])
  .meta({
    'x-kubernetes-int-or-string': true,
    minimum: 1,
    maximum: 65535,
    maxLength: 15,
  })
  .describe('Number or name of the port.');

const Hook = withRules(
  z.object({
    exec: z
      .object({
        command: list(text(4096), 64).describe('Command and arguments.'),
      })
      .optional()
      .describe('Runs a command in the container.'),
    httpGet: z
      .object({
        path: text(2048).optional().describe('Path to get.'),
        port: HookPort,
        host: text(253)
          .optional()
          .describe('Host; the pod’s address by default.'),
        scheme: z.enum(['HTTP', 'HTTPS']).optional().describe('Scheme.'),
      })
      .optional()
      .describe('Sends a request.'),
    sleep: z
      .object({ seconds: integer(0, 3600).describe('How long, in seconds.') })
      .optional()
      .describe('Waits.'),
  }),
  [
    {
      rule: '(has(self.exec) ? 1 : 0) + (has(self.httpGet) ? 1 : 0) + (has(self.sleep) ? 1 : 0) == 1',
      message: 'set exactly one of exec, httpGet and sleep',
      holds: hook =>
        [hook.exec, hook.httpGet, hook.sleep].filter(Boolean).length === 1,
    },
  ],
);

/** Hooks of a container, as in Kubernetes. */
export const Lifecycle = z.object({
  postStart: Hook.optional().describe('After the container started.'),
  preStop: Hook.optional().describe('Before the container ends.'),
});
