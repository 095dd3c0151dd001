import type { JsonSchema } from '../../schemas/JsonSchema';
import { checkRule } from './checkRule';
import { compileRules } from './compileRules';

/** What a rule says of a value of `spec.value`. */
function verdict(
  rule: string,
  value: unknown,
  schema: JsonSchema,
  old?: unknown,
): string[] {
  const rules = compileRules({
    type: 'object',
    properties: {
      spec: {
        type: 'object',
        properties: {
          value: { ...schema, 'x-kubernetes-validations': [{ rule }] },
        },
      },
    },
  });
  const object = { spec: { value } };
  return rules
    .validate(object, old === undefined ? undefined : { spec: { value: old } })
    .map(({ field, message }) => `${field}: ${message}`);
}

const text: JsonSchema = { type: 'string' };
const numbers: JsonSchema = { type: 'array', items: { type: 'integer' } };

describe('compileRules', () => {
  it.each([
    ["quantity(self).isLessThan(quantity('1Gi'))", '512Mi', text],
    ["quantity(self) == quantity('1')", '1000m', text],
    [
      "quantity('1Gi').sub(quantity('512Mi')).compareTo(quantity(self)) == 0",
      '512Mi',
      text,
    ],
    ['isQuantity(self)', '5k', text],
    ['isIP(self) && ip(self).family() == 4', '10.0.0.1', text],
    ["cidr('10.0.0.0/8').containsIP(self)", '10.1.2.3', text],
    [
      "cidr(self).masked().prefixLength() == 24 && string(cidr(self).masked()) == '10.1.2.0/24'",
      '10.1.2.3/24',
      text,
    ],
    [
      "url(self).getHost() == 'a.example:8080' && url(self).getPort() == '8080'",
      'https://a.example:8080/x?y=1',
      text,
    ],
    ["semver(self).isGreaterThan(semver('1.9.9'))", '1.10.0-rc.1', text],
    ['isSemver(self, true)', 'v1.0', text],
    [
      "self.find('[0-9]+') == '12' && self.findAll('[0-9]').size() == 3",
      'a12b3',
      text,
    ],
    ['!format.dns1123Label().validate(self).hasValue()', 'a-b', text],
    ["self.split(',').map(x, x.trim()).join('|') == 'a|b'", 'a, b', text],
    [
      'self.isSorted() && self.sum() == 6 && self.max() == 3 && self.indexOf(2) == 1',
      [1, 2, 3],
      numbers,
    ],
    [
      'sets.contains(self, [1, 2]) && sets.intersects(self, [9, 3])',
      [3, 2, 1],
      numbers,
    ],
    ['self % 2 == 0', 4, { type: 'integer' } as JsonSchema],
    [
      'self.all(k, self[k] > 0)',
      { a: 1 },
      {
        type: 'object',
        additionalProperties: { type: 'integer' },
      } as JsonSchema,
    ],
  ])('%s holds for %j', (rule, value, schema) => {
    expect(verdict(rule, value, schema)).toEqual([]);
  });

  it('names the field, the value and the rule that failed', () => {
    expect(verdict("self.startsWith('a')", 'b', text)).toEqual([
      `spec.value: Invalid value: "b": failed rule: self.startsWith('a')`,
    ]);
  });

  it('says which key was missing', () => {
    const schema: JsonSchema = { type: 'object', properties: { a: text } };
    expect(verdict("self.a == 'x'", {}, schema)).toEqual([
      `spec.value: Invalid value: "object": no such key: a evaluating rule: self.a == 'x'`,
    ]);
  });

  it('a transition rule holds only where there was something before', () => {
    expect(verdict('self == oldSelf', 'a', text)).toEqual([]);
    expect(verdict('self == oldSelf', 'b', text, 'a')).toHaveLength(1);
  });

  it('what did not change is not refused anew', () => {
    expect(verdict("self == 'x'", 'y', text, 'y')).toEqual([]);
  });
});

describe('checkRule', () => {
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      a: { type: 'integer' },
      items: {
        type: 'array',
        items: { type: 'object', properties: { n: text } },
      },
    },
  };

  it.each([
    ['self.nope == 1', "undefined field 'nope'"],
    ['self.items.all(i, i.m == "")', "undefined field 'm'"],
    ['foo(self.a)', "undeclared reference to 'foo'"],
    ['other == 1', "undeclared reference to 'other'"],
    [
      'self.a == "x"',
      "found no matching overload for '_==_' applied to '(int, string)'",
    ],
    ['self.a', 'cel expression must evaluate to a bool'],
    ['self.a ==', 'Syntax error'],
    ['self.?a.hasValue()', 'Syntax error'],
  ])('%s is refused: %s', (rule, problem) => {
    expect(checkRule(rule, schema, false)).toContain(problem);
  });

  it.each([
    'self.a > 1 && has(self.items)',
    'self.items.exists(i, i.n.size() > 3)',
    'quantity("1").isInteger()',
    'sets.contains([1], [self.a])',
  ])('%s is fine', rule => {
    expect(checkRule(rule, schema, false)).toBeUndefined();
  });
});
