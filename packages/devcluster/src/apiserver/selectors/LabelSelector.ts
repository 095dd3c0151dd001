import type { Json } from '../../store/KubernetesObject';
import { badRequest } from '../errors/ApiError';

/** Whether a set of labels is selected. */
export type LabelMatcher = (
  labels: Record<string, string> | undefined,
) => boolean;

type Requirement = {
  key: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  values: string[];
};

const key = '(?<key>[A-Za-z0-9][-A-Za-z0-9_./]*)';
const forms: [RegExp, (groups: Record<string, string>) => Requirement][] = [
  [
    new RegExp(`^${key}\\s+(?<op>in|notin)\\s+\\((?<values>[^()]*)\\)$`),
    ({ key: name, op, values }) => ({
      key: name,
      operator: op === 'in' ? 'In' : 'NotIn',
      values: values.split(',').map(each => each.trim()),
    }),
  ],
  [
    new RegExp(`^${key}\\s*(?<op>!=|==|=)\\s*(?<value>[-A-Za-z0-9_.]*)$`),
    ({ key: name, op, value }) => ({
      key: name,
      operator: op === '!=' ? 'NotIn' : 'In',
      values: [value],
    }),
  ],
  [
    new RegExp(`^${key}\\s*(?<op>[<>])\\s*(?<value>-?\\d+)$`),
    ({ key: name, op, value }) => ({
      key: name,
      operator: op === '>' ? 'Gt' : 'Lt',
      values: [value],
    }),
  ],
  [
    new RegExp(`^!\\s*${key}$`),
    ({ key: name }) => ({ key: name, operator: 'DoesNotExist', values: [] }),
  ],
  [
    new RegExp(`^${key}$`),
    ({ key: name }) => ({ key: name, operator: 'Exists', values: [] }),
  ],
];

/** Splits at commas outside of parentheses. */
function split(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map(each => each.trim());
}

/** Reads the text form, `a=b,c in (d,e),!f`. @throws ApiError */
export function parseLabelSelector(text: string): LabelMatcher {
  if (!text.trim()) return () => true;
  const requirements = split(text).map((part): Requirement => {
    for (const [form, read] of forms) {
      const match = form.exec(part);
      if (match) return read(match.groups as Record<string, string>);
    }
    throw badRequest(
      `unable to parse requirement: found '${part}', expected a label requirement such as key=value`,
    );
  });
  return labels => requirements.every(each => isMet(each, labels ?? {}));
}

/** Reads the object form with `matchLabels` and `matchExpressions`. An absent selector selects nothing. */
export function labelSelectorOf(selector: Json): LabelMatcher {
  if (!selector) return () => false;
  const requirements: Requirement[] = [
    ...Object.entries(selector.matchLabels ?? {}).map(([name, value]) => ({
      key: name,
      operator: 'In' as const,
      values: [String(value)],
    })),
    ...(selector.matchExpressions ?? []).map((each: Json) => ({
      values: [],
      ...each,
    })),
  ];
  return labels => requirements.every(each => isMet(each, labels ?? {}));
}

function isMet(
  { key: name, operator, values }: Requirement,
  labels: Record<string, string>,
) {
  const value = Object.hasOwn(labels, name) ? labels[name] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    default:
      return value !== undefined && Number(value) < Number(values[0]);
  }
}
