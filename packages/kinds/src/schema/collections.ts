import { z } from 'zod';

/** A list of at most `max` items that is replaced as a whole. */
export const list = <Item extends z.ZodType>(item: Item, max: number) =>
  z.array(item).max(max).meta({ 'x-kubernetes-list-type': 'atomic' });

/** A list of at most `max` different scalars. */
export const setOf = <Item extends z.ZodType>(item: Item, max: number) =>
  z
    .array(item)
    .max(max)
    .superRefine((values, context) =>
      refuseDuplicates(values, value => value, context),
    )
    .meta({ 'x-kubernetes-list-type': 'set' });

/** A list of at most `max` objects that are told apart by the fields `keys`, which the item requires. */
export const keyedList = <Item extends z.ZodType>(
  item: Item,
  keys: string[],
  max: number,
) =>
  z
    .array(item)
    .max(max)
    .superRefine((values, context) =>
      refuseDuplicates(
        values,
        // Sorted, as the API server prints the key.
        value =>
          Object.fromEntries(
            [...keys]
              .sort()
              .map(key => [key, (value as Record<string, unknown>)[key]]),
          ),
        context,
      ),
    )
    .meta({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': keys,
    });

function refuseDuplicates(
  values: readonly unknown[],
  keyOf: (value: unknown) => unknown,
  context: z.RefinementCtx,
): void {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    const key = JSON.stringify(keyOf(value));
    if (seen.has(key)) {
      context.addIssue({
        code: 'custom',
        path: [index],
        message: `Duplicate value: ${key}`,
        params: { whole: true },
      });
    }
    seen.add(key);
  }
}

/** A map with at most `max` entries. */
export const mapOf = <Value extends z.ZodType>(value: Value, max: number) =>
  z
    .record(z.string(), value)
    .superRefine((map, context) => {
      const count = Object.keys(map).length;
      if (count <= max) return;
      context.addIssue({
        code: 'custom',
        message: `Too many: ${count}: must have at most ${max} items`,
        params: { whole: true },
      });
    })
    .meta({ maxProperties: max });

/** A map of texts with at most `max` entries. */
export const textMap = (maxValue: number, max: number) =>
  mapOf(z.string().max(maxValue), max);

/** An object that is handed on as it is. */
export const RawObject = z
  .record(z.string(), z.unknown())
  .meta({ 'x-kubernetes-preserve-unknown-fields': true });
