import { z } from 'zod';
import { FileMode, MountPath } from './paths';
import { SecretRef } from './references';
import { keyedList, setOf } from './collections';
import { EnvName, HostPattern, ShortName } from './scalars';
import { withRules } from './withRules';

const CredentialObject = z.object({
  name: ShortName.describe(
    'Names the credential, also in /proxy/<name>/ of the sidecar.',
  ),
  secretRef: SecretRef.describe('The Secret, or one key of it.'),
  expose: z
    .enum(['Broker', 'Env', 'File'])
    .default('Broker')
    .describe(
      'Broker keeps the secret in the sidecar, which puts it into requests to `hosts`. Env and File hand it to the agent container; the Agent then says SecretsExposed.',
    ),
  hosts: setOf(HostPattern, 64)
    .optional()
    .describe('With Broker: the hosts whose requests get the secret.'),
  header: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[A-Za-z0-9-]+$/)
    .optional()
    .describe(
      'With Broker: the header that carries the secret as it is. By default Authorization, as Bearer.',
    ),
  env: EnvName.optional().describe('With Env: the variable that gets the key.'),
  mountPath: MountPath.optional().describe(
    'With File: the file (with a key) or folder (without).',
  ),
  fileMode: FileMode.optional().describe(
    'With File: permission bits, 256 (0400) by default.',
  ),
});

/** A secret that an agent may use, kept from it wherever possible. */
export const Credential = withRules(CredentialObject, [
  {
    rule: "(self.expose == 'Broker') == has(self.hosts)",
    message: 'set hosts exactly when expose is Broker',
    holds: it => (it.expose === 'Broker') === (it.hosts !== undefined),
  },
  {
    rule: "self.expose != 'Broker' || !has(self.hosts) || size(self.hosts) > 0",
    message: 'name at least one host that may get the secret',
    holds: it => it.hosts === undefined || it.hosts.length > 0,
  },
  {
    rule: "self.expose != 'Broker' || has(self.secretRef.key)",
    message: 'a brokered credential is one key: set secretRef.key',
    holds: it => it.expose !== 'Broker' || it.secretRef.key !== undefined,
  },
  {
    rule: "!has(self.header) || self.expose == 'Broker'",
    message: 'set header only when expose is Broker',
    holds: it => it.header === undefined || it.expose === 'Broker',
  },
  {
    rule: "!has(self.env) || self.expose == 'Env'",
    message: 'set env only when expose is Env',
    holds: it => it.env === undefined || it.expose === 'Env',
  },
  {
    rule: "self.expose != 'Env' || has(self.env) == has(self.secretRef.key)",
    message:
      'set env together with secretRef.key, or neither: then every key becomes a variable',
    holds: it =>
      it.expose !== 'Env' ||
      (it.env !== undefined) === (it.secretRef.key !== undefined),
  },
  {
    rule: "has(self.mountPath) == (self.expose == 'File')",
    message: 'set mountPath exactly when expose is File',
    holds: it => (it.mountPath !== undefined) === (it.expose === 'File'),
  },
  {
    rule: "!has(self.fileMode) || self.expose == 'File'",
    message: 'set fileMode only when expose is File',
    holds: it => it.fileMode === undefined || it.expose === 'File',
  },
]);
export type Credential = z.output<typeof Credential>;

/** The credentials of an Agent or AgentTemplate. */
export const Credentials = keyedList(Credential, ['name'], 32);
