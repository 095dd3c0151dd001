import { compileExpression, type Expression, type Scope } from './Expression';

/** A value of a step, in which strings may hold `${{ … }}`. */
export interface Template<T> {
  expressions: Expression[];
  render(scope: Scope): T;
}

const PLACEHOLDER = /\$\{\{([\s\S]*?)\}\}/g;

/**
 * Where `as` is "value", a string that is one placeholder takes the expression's value with its type; in all other
 * places values are put into text.
 *
 * @throws {Error} when a placeholder does not hold CEL.
 */
export function compileTemplate<T>(
  value: T,
  as: 'value' | 'text' = 'value',
): Template<T> {
  if (typeof value === 'string') return textTemplate(value, as) as Template<T>;
  if (Array.isArray(value)) {
    const items = value.map(item => compileTemplate(item, as));
    return {
      expressions: items.flatMap(item => item.expressions),
      render: scope => items.map(item => item.render(scope)) as T,
    };
  }
  if (value && typeof value === 'object') {
    const fields = Object.entries(value).map(
      ([key, item]) => [key, compileTemplate(item, as)] as const,
    );
    return {
      expressions: fields.flatMap(([, item]) => item.expressions),
      render: scope =>
        Object.fromEntries(
          fields.map(([key, item]) => [key, item.render(scope)]),
        ) as T,
    };
  }
  return { expressions: [], render: () => value };
}

/** A shell script together with the values it refers to. */
export interface RenderedScript {
  script: string;
  env: Record<string, string>;
  /** The script with its values in place, for people; it is never run. */
  shown: string;
}

/**
 * A script's placeholders become references to environment variables: a value is data there, whatever
 * quotes or semicolons it holds, and can never become part of the program.
 */
export function compileScript(script: string): Template<RenderedScript> {
  const expressions: Expression[] = [];
  const text = script.replace(PLACEHOLDER, (_, source: string) => {
    expressions.push(compileExpression(source.trim()));
    return `\${GREENROOM_VALUE_${expressions.length}}`;
  });
  return {
    expressions,
    render: scope => {
      const values = expressions.map(expression =>
        asText(expression.evaluate(scope)),
      );
      return {
        script: text,
        env: Object.fromEntries(
          values.map((value, index) => [`GREENROOM_VALUE_${index + 1}`, value]),
        ),
        shown: text.replace(
          /\$\{GREENROOM_VALUE_(\d+)\}/g,
          (_, number) => values[Number(number) - 1],
        ),
      };
    },
  };
}

/** How a value stands in a text: strings as they are, the rest as JSON, nothing for null. */
export function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function textTemplate(text: string, as: 'value' | 'text'): Template<unknown> {
  const parts: (string | Expression)[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACEHOLDER)) {
    parts.push(text.slice(end, match.index));
    parts.push(compileExpression(match[1].trim()));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  const expressions = parts.filter(part => typeof part !== 'string');
  const sole =
    as === 'value' &&
    expressions.length === 1 &&
    parts.every(isBlankOr(expressions[0]));
  return {
    expressions,
    render: scope =>
      sole
        ? expressions[0].evaluate(scope)
        : parts
            .map(part =>
              typeof part === 'string' ? part : asText(part.evaluate(scope)),
            )
            .join(''),
  };
}

function isBlankOr(expression: Expression) {
  return (part: string | Expression) => part === '' || part === expression;
}
