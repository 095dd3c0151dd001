/** Ways in which a secret shows itself. */
export interface SecretForm {
  name: string;
  /** As a program would print it, with something around it where the form needs that. */
  printed: string;
  /** What must not be found of it anywhere. */
  needles: string[];
}

/** Shorter pieces stand in other texts by chance. In characters. */
const SHORTEST_NEEDLE = 12;

/** Characters of base64 at its beginning that depend on what stands before the value, by its place in a group of three. */
const BASE64_HEAD = [0, 2, 3];

/** A secret plain, in hex, URL-encoded, JSON-escaped and in base64 at its three alignments. */
export function secretForms(secret: string): SecretForm[] {
  const lines = secret
    .split('\n')
    .filter(({ length }) => length >= SHORTEST_NEEDLE);
  const form = (name: string, printed: string, needle = printed) => ({
    name,
    printed,
    needles: [needle],
  });
  const json = JSON.stringify(secret).slice(1, -1);
  return [
    { name: 'plain', printed: secret, needles: [secret, ...lines] },
    form('hex', Buffer.from(secret).toString('hex')),
    form('HEX', Buffer.from(secret).toString('hex').toUpperCase()),
    form('URL', encodeURIComponent(secret)),
    form('JSON', json),
    // The journal's lines are JSON within JSON.
    form('JSON in JSON', JSON.stringify(json).slice(1, -1)),
    ...BASE64_HEAD.map((head, phase) => {
      const printed = Buffer.from(`${'x'.repeat(phase)}${secret}`).toString(
        'base64',
      );
      // The last group may hold what follows, so it is no part of the form.
      return form(
        `base64 at ${phase}`,
        printed,
        printed.slice(head).replace(/=+$/, '').slice(0, -1),
      );
    }),
  ];
}
