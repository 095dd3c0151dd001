import { mkdir } from 'node:fs/promises';
import { mergeContextParts } from '../contextFile/parseContextFile';
import {
  escapeContextText,
  renderContextFile,
  type RenderedPart,
} from '../contextFile/renderContextFile';
import { fetchUrl } from '../fetch/fetchUrl';
import { trustedAuthorities } from '../fetch/trustedAuthorities';
import { writeFileAtomically } from '../files/writeFileAtomically';
import type {
  ContextPlan,
  PlannedFetch,
  PlannedFile,
} from '../plan/ContextPlan';
import { locatePath } from './locatePath';
import type { Surroundings } from './Surroundings';

/** Contexts could not be brought into place; the message says which and why. */
export class ContextError extends Error {
  readonly name = 'ContextError';
}

/** What the file holds, as bytes or text. */
export function contentOf(file: PlannedFile): string | Buffer {
  return file.base64 === undefined
    ? file.text ?? ''
    : Buffer.from(file.base64, 'base64');
}

async function fetchPlanned(
  fetch: PlannedFetch,
  surroundings: Surroundings,
  ca: string[] | undefined,
): Promise<Buffer> {
  const secret = fetch.secret
    ? await surroundings.secret(fetch.secret)
    : undefined;
  if (fetch.secret && !secret) {
    throw new ContextError(
      `Context "${fetch.context}": Secret "${fetch.secret}" was not found. Create it, or correct url.secretRef.`,
    );
  }
  try {
    return await fetchUrl({
      ...fetch,
      secret,
      ...(ca && { ca }),
      proxyEnv: surroundings.env,
    });
  } catch (error) {
    throw new ContextError(
      `Context "${fetch.context}": ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/**
 * Writes everything of a plan but its checkouts: folders, files, fetched URLs and `context.md`.
 *
 * @param before parts that stand before the plan's own in `context.md`, such as the agent's in a task's
 * @throws {@link ContextError} before anything is written, when a fetch fails
 */
export async function writeContexts(
  plan: ContextPlan,
  surroundings: Surroundings,
  before: readonly RenderedPart[] = [],
): Promise<void> {
  if (plan.conflicts.length > 0) {
    throw new ContextError(
      plan.conflicts.map(({ message }) => message).join(' '),
    );
  }
  const ca =
    plan.fetches.length > 0
      ? await trustedAuthorities(surroundings.caFile)
      : undefined;
  const fetched = await Promise.all(
    plan.fetches.map(fetch => fetchPlanned(fetch, surroundings, ca)),
  );
  for (const directory of plan.directories) {
    await mkdir(await locatePath(directory, surroundings), {
      recursive: true,
      mode: 0o755,
    });
  }
  for (const file of plan.files) {
    await writeFileAtomically(
      await locatePath(file, surroundings),
      contentOf(file),
      file.mode,
    );
  }
  for (const [index, { target }] of plan.fetches.entries()) {
    if (target)
      await writeFileAtomically(
        await locatePath(target, surroundings),
        fetched[index],
        target.mode,
      );
  }
  const own = (plan.contextFile?.parts ?? []).map(
    ({ name, type, content, fetch }) => ({
      name,
      type,
      content:
        content ?? escapeContextText(fetched[fetch ?? 0].toString('utf8')),
    }),
  );
  if (plan.contextFile) {
    const text = renderContextFile(mergeContextParts(before, own));
    await writeFileAtomically(
      await locatePath(plan.contextFile, surroundings),
      text,
      0o644,
    );
  }
}
