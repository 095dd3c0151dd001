import { generateKeyPairSync } from 'node:crypto';

// Put together at run time, so that no tool takes this file for a leak.
const letters = (length: number) =>
  'aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW3xY5zA7bC9d'.repeat(4).slice(0, length);

/** Invented secrets of many kinds, as they stand in files. */
export const secretSamples: Record<string, string> = {
  'GitHub token': `token = "ghp_${letters(36)}"`,
  'GitLab token': `GITLAB_TOKEN=${'glp'}at-${letters(20)}`,
  'Slack token': `slack: ${'xo'}xb-1234567890-1234567890-${letters(24)}`,
  'AWS access key id': `aws_id = ${'AKI'}A${'ABCDEFGH234567QR'}`,
  'JSON web token': `Authorization: Bearer ${'ey'}J${letters(
    20,
  )}.${'ey'}J${letters(40)}.${letters(43)}`,
  'URL with a password': `remote: https://deploy:${letters(
    12,
  )}@git.company.io/app.git`,
  'database address with a password': `url = postgres://app:${letters(
    12,
  )}@db.company.io:5432/app`,
  'npm token': `//registry.npmjs.org/:_authToken=npm_${letters(36)}`,
  'Anthropic key': `key: ${'sk'}-ant-api03-${letters(93)}AA`,
  'Stripe key': `stripe = ${'sk'}_live_${letters(24)}`,
  'SendGrid key': `sendgrid: ${'S'}G.${letters(22)}.${letters(43)}`,
  'private key': generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
};
