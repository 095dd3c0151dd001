import * as fc from 'fast-check';
import { nodeHmac } from '@greenroom/protocol/node';
import { redactionMark } from './RedactionMark';
import { Redactor, type KnownSecret } from './Redactor';
import { redactPayload } from './redactPayload';

const hmac = nodeHmac(new Uint8Array(32).fill(7));
const redactorOf = (...secrets: KnownSecret[]) =>
  new Redactor({ secrets, hmac });

const pem = [
  '-----BEGIN PRIVATE KEY-----',
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2',
  'OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r',
  '-----END PRIVATE KEY-----',
  '',
].join('\n');

const secrets = {
  short: 's3cr3t',
  plain: 'hunter2-correct-horse-battery',
  symbols: `p@ss"w\\o/r<d>&%20+ =é'()*!\t€🎭`,
  dsn: 'Zm9vL2Jhcis/PT0=',
  lines: 'first line of it\nsecond line of it\r\nthird',
  broken: 'abc\ndef\nghi',
};

/** Every way in which a program may have written a value. */
const writers: Record<string, (value: string) => string> = {
  plain: value => value,
  JSON: value => JSON.stringify(value),
  'JSON in JSON': value => JSON.stringify(JSON.stringify(value)),
  'JSON in ASCII': value =>
    JSON.stringify(value).replace(
      /[\u0080-\uffff]/g,
      unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  URL: encodeURIComponent,
  'URL in lower case': value =>
    encodeURIComponent(value).replace(/%../g, code => code.toLowerCase()),
  form: value => new URLSearchParams({ value }).toString(),
  hex: value => Buffer.from(value).toString('hex'),
  'upper-case hex': value => Buffer.from(value).toString('hex').toUpperCase(),
  'base64 alone': value => Buffer.from(value).toString('base64'),
  'base64 after 1 byte': value => Buffer.from(`:${value}:`).toString('base64'),
  'base64 after 2 bytes': value =>
    Buffer.from(`ab${value}yz`).toString('base64'),
  'base64 after 3 bytes': value =>
    Buffer.from(`abc${value}\n`).toString('base64'),
  base64url: value => Buffer.from(`u:${value}`).toString('base64url'),
  'wrapped base64': value =>
    Buffer.from(value).toString('base64').replace(/.{76}/g, '$&\n'),
};

/** What must not be seen: any eight characters in a row of what the secret looks like in this encoding. */
function remains(output: string, written: string, value: string): string[] {
  const lines = value.split(/\r?\n/).filter(line => line.length >= 6);
  const encoded = (lines.length ? lines : [value]).flatMap(line => [
    line,
    Buffer.from(line).toString('hex'),
  ]);
  return [...encoded, ...lines.filter(line => written.includes(line))].filter(
    each => output.includes(each),
  );
}

describe('every secret, in every encoding, cut at every place', () => {
  describe.each(Object.entries(secrets))('%s', (name, value) => {
    it.each(Object.entries(writers))('as %s', (_, write) => {
      const redactor = redactorOf({ name, value });
      const mark = redactor.redactText(value).match(/:[0-9a-f]{8}\]/)![0];
      const written = `before ${write(value)} after`;
      for (let cut = 0; cut <= written.length; cut += 1) {
        const stream = redactor.textStream();
        const output =
          stream.push(written.slice(0, cut)) +
          stream.push(written.slice(cut)) +
          stream.end();
        expect(output).toContain(`[redacted:${name}:`);
        expect(output).toContain(mark);
        expect(remains(output, written, value)).toEqual([]);
        expect(longestCommon(output, write(value))).toBeLessThan(8);
      }
    });
  });
});

/** Length of the longest run of `secret` that stands in `output` outside marks. */
function longestCommon(output: string, secret: string): number {
  const visible = output.split(/\[redacted:[^\]]*\]|before | after/);
  let longest = 0;
  for (const piece of visible) {
    for (let start = 0; start < piece.length; start += 1) {
      while (
        start + longest < piece.length &&
        secret.includes(piece.slice(start, start + longest + 1))
      ) {
        longest += 1;
      }
    }
  }
  return longest;
}

describe('Redactor', () => {
  it('finds a key line by line, and leaves what frames every key', () => {
    const redactor = redactorOf({ name: 'deploy-key', value: pem });
    const lines = pem.split('\n');
    const shown = redactor
      .textStream()
      .push(`> ${lines[1]}\n> ${lines[2]}\n> ${lines[0]}\n`);
    expect(shown).toMatch(
      /^> \[redacted:deploy-key:.{8}\]\n> \[redacted:deploy-key:.{8}\]\n> -----BEGIN PRIVATE KEY-----\n$/,
    );
    expect(redactor.redactText(pem)).not.toContain('MIGHAgEA');
    expect(
      redactor.redactText(Buffer.from(pem).toString('base64')),
    ).not.toContain(Buffer.from(lines[1]).toString('base64').slice(4, 40));
  });

  it('gives equal secrets equal marks whatever their encoding, and others others', async () => {
    const redactor = redactorOf(
      { name: 'key', value: secrets.plain },
      { name: 'key', value: secrets.dsn },
    );
    const { value, rules } = await redactor.redact({
      text: secrets.plain,
      hex: Buffer.from(secrets.plain).toString('hex'),
      other: secrets.dsn,
    });
    const mark = redactionMark('key', secrets.plain, hmac);
    expect(value).toEqual({
      text: mark,
      hex: mark,
      other: redactionMark('key', secrets.dsn, hmac),
    });
    expect(rules).toEqual({ key: 3 });
  });

  it('does not look for values that would mask ordinary words, and says so', () => {
    const redactor = redactorOf(
      { name: 'pin', value: '12345' },
      { name: 'empty', value: '\n' },
      { name: 'braces', value: '{\n}\n' },
    );
    expect(redactor.ignored).toEqual(['pin', 'empty', 'braces']);
    expect(redactor.redactText('12345 {} e f')).toBe('12345 {} e f');
  });

  it('finds what a file of credentials holds under secret keys', () => {
    const redactor = redactorOf({
      name: 'registry',
      value: JSON.stringify({
        auths: { 'ghcr.io': { username: 'robot', password: 'pa55-word' } },
      }),
    });
    expect(redactor.redactText('docker login -u robot -p pa55-word')).toMatch(
      /^docker login -u robot -p \[redacted:registry:.{8}\]$/,
    );
  });

  it('finds binary values, too', () => {
    const value = new Uint8Array([0, 255, 1, 254, 2, 253, 3, 252]);
    const redactor = redactorOf({ name: 'seed', value });
    const hex = Buffer.from(value).toString('hex');
    const base64 = Buffer.from(value).toString('base64');
    expect(redactor.redactText(`${hex} ${base64}`)).toMatch(
      /^\[redacted:seed:.{8}\] \[redacted:seed:.{8}\]$/,
    );
  });

  it('masks values under secret keys, and neither counters nor references', async () => {
    const redactor = redactorOf();
    const { value } = await redactor.redact({
      input_tokens: 12,
      max_tokens: '4096',
      token_count: 'ten',
      nextPageToken: 'page-2-of-9',
      secretName: 'my-secret',
      api_key: 'k1',
      nested: { clientSecret: 'c2', password: 5, tokens: ['one'] },
      headers: { 'X-Auth-Token': ['t3'], Authorization: 'Basic dTpw' },
      empty: { password: '' },
    });
    expect(value).toEqual({
      input_tokens: 12,
      max_tokens: '4096',
      token_count: 'ten',
      nextPageToken: 'page-2-of-9',
      secretName: 'my-secret',
      api_key: expect.stringMatching(/^\[redacted:secret-key:.{8}\]$/),
      nested: {
        clientSecret: expect.stringMatching(/^\[redacted:/),
        password: 5,
        tokens: ['one'],
      },
      headers: {
        'X-Auth-Token': [expect.stringMatching(/^\[redacted:/)],
        Authorization: expect.stringMatching(/^\[redacted:/),
      },
      empty: { password: '' },
    });
  });

  it('redacts keys of objects as well', async () => {
    const redactor = redactorOf({ name: 'id', value: 'customer-4711' });
    const { value } = await redactor.redact({ 'customer-4711': 1 });
    expect(Object.keys(value)).toEqual([
      redactionMark('id', 'customer-4711', hmac),
    ]);
  });

  it.each([
    ['aws-access-key-id', 'id AKIAIOSFODNN7EXAMPLE.', 'AKIAIOSFODNN7EXAMPLE'],
    [
      'jwt',
      'x=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_DEF',
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_DEF',
    ],
    ['url-password', 'postgres://app:tops3cret@db:5432/x', 'tops3cret'],
    ['authorization-header', 'Authorization: Bearer abcdef123', 'abcdef123'],
    ['secret-field', '{"api_key": "abc-123-def", "n": 1}', 'abc-123-def'],
    ['secret-field', '"{\\"password\\":\\"abc-123\\"}"', 'abc-123'],
    ['secret-variable', 'export GITHUB_TOKEN=abc-123-def', 'abc-123-def'],
    ['private-key', pem, pem.split('\n').slice(1, 3).join('\n')],
  ])('knows %s by its form', (rule, text, secret) => {
    const redacted = redactorOf().redactText(text);
    expect(redacted).toContain(`[redacted:${rule}:`);
    expect(redacted).not.toContain(secret);
  });

  it.each([
    'https://example.com/a:b@c',
    'see https://example.com:8080/path?x=1',
    '"input_tokens": 123456, "token_type": "bearer"',
    'const password = readPassword();',
    'MAX_TOKENS=4096000',
    'eyJust a word',
  ])('leaves %s as it is', text => {
    expect(redactorOf().redactText(text)).toBe(text);
  });

  it('asks the rules of others after its own, and joins what overlaps', async () => {
    const redactor = new Redactor({
      secrets: [{ name: 'known', value: 'abcdef-known' }],
      hmac,
      scanners: [
        {
          name: 'tickets',
          scan: text =>
            [...text.matchAll(/TICKET-\d+/g)].map(({ index, 0: found }) => ({
              rule: 'ticket',
              start: index,
              end: index + found.length,
            })),
        },
        {
          name: 'digits',
          scan: async text =>
            [...text.matchAll(/\d+ and/g)].map(({ index, 0: found }) => ({
              rule: 'digits',
              start: index,
              end: index + found.length,
            })),
        },
      ],
    });
    const { value, rules } = await redactor.redact([
      'abcdef-known TICKET-12 and TICKET-3',
    ]);
    expect(value[0]).toMatch(
      /^\[redacted:known:.{8}\] \[redacted:ticket:.{8}\] \[redacted:ticket:.{8}\]$/,
    );
    expect(rules).toEqual({ known: 1, ticket: 2 });
  });

  it('redacting twice changes nothing more', async () => {
    const redactor = redactorOf({ name: 'key', value: secrets.plain });
    const once = await redactor.redact({
      api_key: 'abc',
      text: `postgres://u:${secrets.plain}@h "password": "abc-def-ghi"`,
    });
    expect(await redactor.redact(once.value)).toEqual({
      value: once.value,
      rules: {},
    });
  });

  it('leaves every text without secrets exactly as it is', () => {
    const redactor = redactorOf({ name: 'key', value: 'not-in-any-text-0123' });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(redactor.redactText(text)).toBe(text);
      }),
    );
  });

  it('is linear in hostile texts', () => {
    const redactor = redactorOf();
    const started = performance.now();
    for (const piece of ['eyJ', 'a://', '"a":"', 'A=', '-----BEGIN ', 'a.']) {
      redactor.redactText(piece.repeat(200_000));
    }
    // Quadratic matching of any of these would take minutes.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('redactPayload', () => {
  it('withholds an event whose redaction fails, and does not quote it', async () => {
    const redactor = new Redactor({
      secrets: [],
      hmac,
      scanners: [
        {
          name: 'broken',
          scan: text => {
            throw new Error(`cannot read ${text}`);
          },
        },
      ],
    });
    const redacted = await redactPayload(redactor, {
      type: 'agent.text',
      id: 'e-1',
      payload: { text: 'my very secret' },
    });
    expect(redacted).toEqual({
      withheld: {
        type: 'agent.text',
        event_id: 'e-1',
        reason: 'RedactionFailed',
        message:
          'The redaction rule "broken" failed (Error), so nothing was passed on.',
      },
    });
  });
});
