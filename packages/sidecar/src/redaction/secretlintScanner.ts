import type { TextFinding, TextScanner } from '@greenroom/protocol';

/** The rule that lets a text switch all others off; never used, for an agent could write the comment. */
const FILTER_COMMENTS = 'filter-comments';

type Lint = (text: string) => Promise<TextFinding[]>;

async function load(): Promise<Lint> {
  // On first use: 11 MB and 35 ms that an idle sidecar does without.
  const [{ lintSource }, { rules }, { secretLintProfiler }] = await Promise.all(
    [
      import('@secretlint/core'),
      import('@secretlint/secretlint-rule-preset-recommend'),
      import('@secretlint/profiler'),
    ],
  );
  // It measures every rule on every text and keeps all of it for ever: 36 KB and nine tenths of the time.
  secretLintProfiler.setEnabled(false);
  const config = {
    rules: rules
      .filter(rule => !rule.meta.id.includes(FILTER_COMMENTS))
      .map(rule => ({ id: rule.meta.id, rule, options: {} })),
  };
  return async text => {
    const { messages } = await lintSource({
      source: {
        content: text,
        filePath: 'event.txt',
        ext: '.txt',
        contentType: 'text',
      },
      options: { config, noPhysicFilePath: true },
    });
    return messages.map(({ range: [start, end], ruleId }) => ({
      rule: ruleId.replace(/^@secretlint\/secretlint-rule-/, ''),
      start,
      end,
    }));
  };
}

/** A scanner with the maintained rule set of secretlint, loaded when the first text comes. */
export function secretlintScanner(): TextScanner {
  let lint: Promise<Lint> | undefined;
  return async text => {
    lint ??= load();
    return await (
      await lint
    )(text);
  };
}
