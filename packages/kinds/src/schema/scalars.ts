import { z } from 'zod';
import { durationPattern } from '../values/parseDuration';
import { amountPattern } from '../values/parseQuantity';
import { withRules } from './withRules';

/** A date with a time and its zone, as RFC 3339 has it. */
const timestampPattern =
  /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Free text of at most `max` characters; may be empty. */
export const text = (max: number) => z.string().max(max);

/** Text of 1 to `max` characters. */
export const filled = (max: number) => z.string().min(1).max(max);

/** A whole number within bounds. */
export const integer = (min: number, max: number) => z.int().min(min).max(max);

/** The name of an object in Kubernetes: a DNS subdomain. */
export const ObjectName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/)
  .meta({ called: 'name' });

/** A name that becomes a folder, a label or a part of another name: a DNS label. */
export const ShortName = z
  .string()
  .min(1)
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
  .meta({ called: 'short name' });

/** A time span such as `90s` or `1h30m`. */
export const Duration = withRules(z.string().max(32).regex(durationPattern), [
  {
    rule: `self.matches('${durationPattern.source}')`,
    message: 'write numbers with units ms, s, m, h or d, such as 90s or 1h30m',
    holds: duration => durationPattern.test(duration),
  },
]).meta({ called: 'duration' });

/** An amount such as `500m` or `10Gi`, never below nothing; whole numbers may be written without quotes. */
export const Quantity = withRules(z.union([z.string().max(32), z.int()]), [
  {
    rule: `type(self) == string ? self.matches('${amountPattern.source.replaceAll(
      '\\',
      '\\\\',
    )}') : self >= 0`,
    message: 'write a number with an optional suffix, such as 500m, 2 or 10Gi',
    holds: amount =>
      typeof amount === 'string' ? amountPattern.test(amount) : amount >= 0,
  },
]).meta({
  'x-kubernetes-int-or-string': true,
  maxLength: 32,
  means: 'quantity',
});

/** A port of TCP or UDP. */
export const Port = integer(1, 65535).meta({ called: 'port' });

/** A moment, RFC 3339. */
export const Timestamp = z
  .string()
  .max(64)
  .refine(
    value => timestampPattern.test(value) && !Number.isNaN(Date.parse(value)),
    {
      params: { format: 'date-time' },
    },
  )
  .meta({ format: 'date-time' });

/** A key of a ConfigMap or Secret. */
export const DataKey = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[-._a-zA-Z0-9]+$/)
  .meta({ called: 'key' });

/** The name of an environment variable. */
export const EnvName = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
  .meta({ called: 'name of a variable' });

/** A host, or a pattern of hosts such as `*.example.com`, with an optional port. */
export const HostPattern = withRules(
  z
    .string()
    .min(1)
    .max(260)
    .regex(
      /^(\*|(\*\.)?[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$/,
    ),
  [
    {
      rule: "!self.contains('/')",
      message:
        'write a host without scheme and path, such as example.com or *.example.com',
      holds: host => !host.includes('/'),
    },
  ],
).meta({ called: 'host' });

/** An address that starts with `http://` or `https://`. */
export const HttpUrl = withRules(
  z
    .string()
    .min(8)
    .max(2048)
    .regex(/^https?:\/\/[^\s/?#]+[^\s]*$/),
  [
    {
      rule: "self.startsWith('http://') || self.startsWith('https://')",
      message: 'write an address with http:// or https://',
      holds: url => /^https?:\/\//.test(url),
    },
  ],
).meta({ called: 'http(s) address' });

/** A container image: any text without blanks; registries judge the rest. */
export const ImageName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[^\s]+$/)
  .meta({ called: 'image' });

/** An entity of the software catalog, such as `user:default/ada` or `group:default/platform`. */
export const EntityRef = z
  .string()
  .min(1)
  .max(256)
  .regex(
    /^([A-Za-z0-9][A-Za-z0-9._-]*:)?([A-Za-z0-9][A-Za-z0-9._-]*\/)?[A-Za-z0-9][A-Za-z0-9._@+-]*$/,
  )
  .meta({ called: 'entity ref' });

/** A SHA-256 digest, `sha256:` and 64 hex digits. */
export const Digest = z
  .string()
  .max(71)
  .regex(/^sha256:[0-9a-f]{64}$/)
  .meta({ called: 'SHA-256 digest' });

/** The name of a port of a container or Service. */
export const PortName = z
  .string()
  .min(1)
  .max(15)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);

/** The id of a session: a UUID, lower case. */
export const SessionId = z
  .string()
  .max(36)
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
  .meta({ called: 'session id' });

/** The key of a label. */
export const LabelKey = z
  .string()
  .min(1)
  .max(316)
  .regex(
    /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
  );
