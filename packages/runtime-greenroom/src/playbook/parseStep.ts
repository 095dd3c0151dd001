import { parseDuration } from '@greenroom/kinds';
import {
  compileExpression,
  type Expression,
  type Scope,
} from './expressions/Expression';
import {
  compileScript,
  compileTemplate,
  type Template,
} from './expressions/Template';
import { faultsOf } from './faultsOf';
import type { NameCheck } from './NameCheck';
import type { PlaybookFault } from './PlaybookError';
import {
  commonFields,
  verbs,
  type RunBody,
  type Step,
  type Verb,
} from './Step';
import type { YamlLines } from './YamlLines';

/** Longest delay a timer of the language takes: 2^31 - 1 ms, about 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Checks one step and compiles its expressions. Faults are added to `faults`; a step with a fault gives nothing.
 */
export function parseStep(
  lines: YamlLines,
  path: readonly PropertyKey[],
  names: NameCheck,
  faults: PlaybookFault[],
): Step | undefined {
  const raw = at(lines.value, path);
  const known = faults.length;
  const complain = (where: readonly PropertyKey[], message: string) =>
    faults.push({ line: lines.lineOf([...path, ...where]), message });
  if (!raw || typeof raw !== 'object' || Array.isArray(raw)) {
    complain([], 'a step is an object with a name and one verb.');
    return undefined;
  }
  const fields = raw as Record<string, unknown>;
  const verb = soleVerb(fields, message => complain([], message));
  if (!verb) return undefined;

  const { [verb]: rawBody, ...rest } = fields;
  const common = commonFields.safeParse(rest);
  if (!common.success) faults.push(...faultsOf(common.error, lines, path));
  const body = verbs[verb].safeParse(rawBody);
  if (!body.success) {
    faults.push(...faultsOf(body.error, lines, [...path, verb]));
  }
  if (!common.success || !body.success) return undefined;

  const guarded = <T>(where: string, compile: () => T): T | undefined => {
    try {
      return compile();
    } catch (error) {
      complain(
        [where],
        `an expression is not valid CEL: ${(error as Error).message}.`,
      );
      return undefined;
    }
  };
  const check = (where: string, expressions: Expression[] = []) => {
    for (const expression of expressions) {
      for (const message of names.faults(expression))
        complain([where], message);
    }
  };
  const { when: condition, timeout } = common.data;
  const when =
    condition === undefined
      ? undefined
      : guarded('when', () => compileExpression(bare(String(condition))));
  check('when', when ? [when] : []);
  const template = guarded(verb, () => compileBody(verb, body.data));
  check(verb, template?.expressions);

  const steps: Step[] = [];
  if (verb === 'forEach') {
    const inner = (body.data as { steps: unknown[] }).steps;
    names.inLoop(() => {
      for (const index of inner.keys()) {
        const step = parseStep(
          lines,
          [...path, verb, 'steps', index],
          names,
          faults,
        );
        if (step) steps.push(step);
      }
    });
  }
  if (common.data.set) names.declare(common.data.set);
  if (faults.length > known || !template) return undefined;
  return {
    verb,
    name: common.data.name,
    line: lines.lineOf(path),
    when,
    timeoutMs:
      timeout === undefined
        ? undefined
        : Math.min(parseDuration(timeout), LONGEST_TIMER_MS),
    onFailure: common.data.onFailure,
    set: common.data.set,
    body: template,
    steps,
  } as Step;
}

function soleVerb(
  fields: Record<string, unknown>,
  complain: (message: string) => void,
): Verb | undefined {
  const found = Object.keys(fields).filter((key): key is Verb => key in verbs);
  if (found.length === 1) return found[0];
  const all = Object.keys(verbs).join(', ');
  complain(
    found.length
      ? `a step does one thing, this one has ${found.join(' and ')}. Make it ${
          found.length
        } steps.`
      : `this step has no verb. Add one of ${all}.`,
  );
  return undefined;
}

function compileBody(verb: Verb, body: unknown): Template<unknown> {
  switch (verb) {
    case 'run': {
      const { script, ...rest } = body as RunBody;
      const compiledScript = compileScript(script);
      const compiledRest = compileTemplate(rest, 'text');
      return {
        expressions: [
          ...compiledScript.expressions,
          ...compiledRest.expressions,
        ],
        render: (scope: Scope) => ({
          ...compiledRest.render(scope),
          script: compiledScript.render(scope),
        }),
      };
    }
    case 'assert': {
      const { that, message } = body as { that: string; message?: string };
      const condition = compileExpression(bare(that));
      const text = compileTemplate(message, 'text');
      return {
        expressions: [condition, ...text.expressions],
        render: (scope: Scope) => ({
          holds: condition.evaluate(scope) === true,
          source: condition.source,
          message: text.render(scope),
        }),
      };
    }
    case 'forEach': {
      const { in: list } = body as { in: unknown };
      if (typeof list !== 'string') return compileTemplate({ in: list });
      const expression = compileExpression(bare(list));
      return {
        expressions: [expression],
        render: (scope: Scope) => ({ in: expression.evaluate(scope) }),
      };
    }
    case 'http':
      return compileMixed(body as { body?: unknown }, 'body');
    case 'mcp':
      return compileMixed(body as { arguments?: unknown }, 'arguments');
    default:
      return compileTemplate(body, 'text');
  }
}

/** Texts, and one field whose values keep their types. */
function compileMixed(
  body: Record<string, unknown>,
  field: string,
): Template<unknown> {
  const { [field]: typed, ...rest } = body;
  const texts = compileTemplate(rest, 'text');
  const values = compileTemplate(typed);
  return {
    expressions: [...texts.expressions, ...values.expressions],
    render: scope => ({
      ...texts.render(scope),
      ...(typed !== undefined && { [field]: values.render(scope) }),
    }),
  };
}

/** Where only an expression can stand, `${{ }}` around it is optional. */
function bare(text: string): string {
  const match = /^\s*\$\{\{([\s\S]*)\}\}\s*$/.exec(text);
  return (match ? match[1] : text).trim();
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  );
}
