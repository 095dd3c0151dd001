import { z } from 'zod';

/** Anything that JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | JsonValue[]
  | { [key: string]: JsonValue };

/** Any JSON value, of any depth. */
export const JsonValue: z.ZodType<JsonValue, JsonValue> = z.json();

/** A JSON object with any keys, such as the arguments of a tool call. */
export const JsonObject = z.record(z.string(), JsonValue);
export type JsonObject = z.infer<typeof JsonObject>;
