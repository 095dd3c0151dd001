import { lintSource } from '@secretlint/core';
import { rules as presetRules } from '@secretlint/secretlint-rule-preset-recommend';
import { findByOwnRules } from './ownRules';
import type { SecretHit } from './SecretHit';

/**
 * The preset's rules one by one, without `filter-comments`: with it, a comment in the text could switch the search off
 * for everything after it.
 */
const RULES = presetRules.filter(
  rule => !rule.meta.id.endsWith('filter-comments'),
);

const KINDS: Record<string, string> = {
  '1password': '1Password token',
  anthropic: 'Anthropic key',
  aws: 'AWS credential',
  basicauth: 'URL with a password',
  cloudflare: 'Cloudflare token',
  'database-connection-string': 'database address with a password',
  databricks: 'Databricks token',
  docker: 'Docker token',
  figma: 'Figma token',
  gcp: 'Google Cloud service account key',
  github: 'GitHub token',
  gitlab: 'GitLab token',
  grafana: 'Grafana token',
  groq: 'Groq key',
  'hashicorp-vault': 'Vault token',
  huggingface: 'Hugging Face token',
  linear: 'Linear key',
  notion: 'Notion token',
  npm: 'npm token',
  openai: 'OpenAI key',
  privatekey: 'private key',
  sendgrid: 'SendGrid key',
  shopify: 'Shopify token',
  slack: 'Slack token',
  stripe: 'Stripe key',
  tailscale: 'Tailscale key',
  vercel: 'Vercel token',
};

/** Looks for secrets in one text at a time. */
export async function findSecrets(
  text: string,
  path: string,
): Promise<SecretHit[]> {
  const { messages } = await lintSource({
    source: {
      content: text,
      filePath: `/${path}`,
      ext: extensionOf(path),
      contentType: 'text',
    },
    options: {
      locale: 'en',
      maskSecrets: true,
      noPhysicFilePath: true,
      config: {
        rules: RULES.map(rule => ({ id: rule.meta.id, rule, options: {} })),
      },
    },
  });
  const hits = messages.map(({ ruleId, range: [start, end] }) => ({
    kind: kindOf(ruleId),
    start,
    end,
  }));
  for (const hit of findByOwnRules(text)) {
    // What a maintained rule found at the same place is the better name for it.
    if (!hits.some(other => other.start < hit.end && hit.start < other.end)) {
      hits.push(hit);
    }
  }
  return hits
    .sort((a, b) => a.start - b.start)
    .map(hit => ({ ...hit, line: lineAt(text, hit.start) }));
}

function kindOf(ruleId: string): string {
  const name = ruleId.replace(/^.*secretlint-rule-/, '');
  return KINDS[name] ?? name;
}

function extensionOf(path: string): string {
  return /\.[^./]+$/.exec(path)?.[0] ?? '';
}

function lineAt(text: string, position: number): number {
  let line = 1;
  for (
    let at = text.indexOf('\n');
    at >= 0 && at < position;
    at = text.indexOf('\n', at + 1)
  ) {
    line += 1;
  }
  return line;
}
