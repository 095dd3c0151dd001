import { conditionReasons } from './conditionReasons';

describe('conditionReasons', () => {
  it('names types and reasons in CamelCase, as Kubernetes wants them', () => {
    for (const { type, reason } of conditionReasons) {
      expect(type).toMatch(/^[A-Z][A-Za-z]+$/);
      expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
    }
  });

  it('says in sentences what each means and what to do', () => {
    const texts = conditionReasons.flatMap(({ meaning, action }) =>
      [meaning, action ?? []].flat(),
    );
    for (const text of texts) expect(text).toMatch(/^\w.*\.$/);
  });

  it('lists each reason of a condition once', () => {
    const keys = conditionReasons.map(
      ({ kind, type, reason }) => `${kind}/${type}/${reason}`,
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});
