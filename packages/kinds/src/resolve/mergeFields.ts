type Fields = Record<string, unknown>;

/** Fields that hold one choice among several, so that two choices must never be mixed. */
const wholeFields = new Set([
  'affinity',
  'seccompProfile',
  'postStart',
  'preStop',
]);

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Lays `over` on `under`, field by field and down through objects: a value that is set wins, a list replaces the whole
 * list, and what is one choice among several replaces the whole choice. Neither argument is changed.
 */
export function mergeFields<Value extends object>(
  under: Value | undefined,
  over: Value | undefined,
): Value | undefined {
  if (under === undefined || over === undefined) return over ?? under;
  const merged: Fields = { ...(under as Fields) };
  for (const [field, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = Object.hasOwn(merged, field) ? merged[field] : undefined;
    const deeper =
      isObject(below) && isObject(value) && !wholeFields.has(field);
    // defineProperty, because a raw object may have a field named __proto__.
    Object.defineProperty(merged, field, {
      value: deeper ? mergeFields(below as Fields, value) : value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return merged as Value;
}
