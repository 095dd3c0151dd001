import { z } from 'zod';
import { DataKey, HttpUrl, ObjectName, text } from './scalars';
import { withRules } from './withRules';

/** Certificates to trust, from a ConfigMap or a Secret. */
export const CaBundle = withRules(
  z.object({
    configMapRef: z
      .object({
        name: ObjectName.describe('Name of the ConfigMap.'),
        key: DataKey.default('ca-bundle.crt').describe(
          'Key with the certificates, PEM.',
        ),
      })
      .optional()
      .describe('ConfigMap with the certificates.'),
    secretRef: z
      .object({
        name: ObjectName.describe('Name of the Secret.'),
        key: DataKey.default('ca.crt').describe(
          'Key with the certificates, PEM.',
        ),
      })
      .optional()
      .describe('Secret with the certificates.'),
  }),
  [
    {
      rule: 'has(self.configMapRef) != has(self.secretRef)',
      message: 'set exactly one of configMapRef and secretRef',
      holds: ca =>
        (ca.configMapRef !== undefined) !== (ca.secretRef !== undefined),
    },
  ],
);

/** An HTTP proxy. */
export const Proxy = z.object({
  httpProxy: HttpUrl.optional().describe('Proxy for http:// addresses.'),
  httpsProxy: HttpUrl.optional().describe('Proxy for https:// addresses.'),
  noProxy: text(4096)
    .optional()
    .describe(
      'Hosts that are reached directly, by commas. .svc and the cluster domain are always added.',
    ),
});
