import { checkOut } from '../git/checkOut';
import { writeFileAtomically } from '../files/writeFileAtomically';
import type {
  ContextPlan,
  PlannedCheckout,
  PlannedPath,
} from '../plan/ContextPlan';
import { findSkills } from '../skills/findSkills';
import { locatePath } from './locatePath';
import type { Surroundings } from './Surroundings';
import { contentOf } from './writeContexts';

function isInside({ root, path }: PlannedPath, folder: PlannedPath): boolean {
  return (
    root === folder.root &&
    (folder.path === '' || path.startsWith(`${folder.path}/`))
  );
}

/**
 * Clones one checkout of a plan into place, puts back the plan's own files inside it, and checks the skills it brings.
 *
 * @returns the full name of the commit
 */
export async function checkOutContext(
  plan: ContextPlan,
  checkout: PlannedCheckout,
  surroundings: Surroundings,
): Promise<string> {
  const target = await locatePath(checkout, surroundings);
  const commit = await checkOut(
    checkout,
    { target, scratch: surroundings.scratchDir },
    surroundings,
  );
  for (const file of plan.files.filter(planned =>
    isInside(planned, checkout),
  )) {
    await writeFileAtomically(
      await locatePath(file, surroundings),
      contentOf(file),
      file.mode,
    );
  }
  if (checkout.skills) await findSkills(target, checkout.skills.names);
  return commit;
}
