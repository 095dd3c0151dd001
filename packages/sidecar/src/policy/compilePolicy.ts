import { parseDuration } from '@greenroom/kinds';
import type { AgentSettings, PolicyRule } from '@greenroom/protocol';
import type { CompiledPolicy, CompiledRule } from './CompiledPolicy';

type PolicySettings = AgentSettings['policies'][number];

/** The kind's default: how long an approval waits. */
const DEFAULT_TIMEOUT = '1h';

/** Compiles a policy. Never fails: a rule that does not compile says so, and denies. */
export async function compilePolicy({
  name,
  digest,
  rules,
}: PolicySettings): Promise<CompiledPolicy> {
  return { name, digest, rules: await Promise.all(rules.map(compileRule)) };
}

async function compileRule(rule: PolicyRule): Promise<CompiledRule> {
  try {
    const { patterns = [], when } = rule.match ?? {};
    return {
      rule,
      timeoutMs: parseDuration(rule.timeout ?? DEFAULT_TIMEOUT),
      patterns: patterns.length > 0 ? await compilePatterns(patterns) : [],
      ...(when && { condition: await compileWhen(when) }),
    };
  } catch (error) {
    return {
      rule,
      timeoutMs: 0,
      patterns: [],
      problem: (error as Error).message,
    };
  }
}

async function compilePatterns(
  patterns: readonly string[],
): Promise<CompiledRule['patterns']> {
  // On first use: most agents have no rule with a pattern.
  const { RE2JS } = await import('@bufbuild/re2');
  return patterns.map(pattern => {
    try {
      const compiled = RE2JS.compile(pattern);
      return { test: (text: string) => compiled.test(text) };
    } catch (error) {
      throw new Error(
        `pattern "${pattern}" is not a regular expression (RE2): ${
          (error as Error).message
        }`,
        { cause: error },
      );
    }
  });
}

async function compileWhen(
  when: string,
): Promise<CompiledRule['condition'] & object> {
  const { compileCondition } = await import('./compileCondition');
  return compileCondition(when);
}
