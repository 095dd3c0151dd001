import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

/** Reads a script of a fake, YAML or JSON. Rejects with a sentence that names the file and what is wrong in it. */
export async function readScript<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const script = schema.safeParse(parse(await readFile(file, 'utf8')));
  if (script.success) return script.data;
  throw new Error(
    `The script ${file} is not as it should be: ${z.prettifyError(
      script.error,
    )}`,
  );
}
