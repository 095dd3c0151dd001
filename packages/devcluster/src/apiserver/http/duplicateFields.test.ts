import fc from 'fast-check';
import { duplicateFields } from './duplicateFields';

describe('duplicateFields', () => {
  it('names the path of each key that stands twice', () => {
    expect(
      duplicateFields('{"a":1,"b":{"c":[{"d":1,"d":"}"}]},"a":2}'),
    ).toEqual(['b.c[0].d', 'a']);
  });

  it('finds none in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(duplicateFields(JSON.stringify(value))).toEqual([]);
      }),
    );
  });
});
