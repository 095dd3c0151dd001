import { allKinds } from '../allKinds';
import { crdOf } from '../crd/crdOf';
import { kindsReference } from './kindsReference';
import { troubleshooting } from './troubleshooting';
import { yamlText } from './yamlText';

const header =
  '# Generated from packages/kinds by `yarn workspace @greenroom/kinds generate`. Do not edit.\n';

/**
 * Every file that is generated from the kinds.
 *
 * @param examples - the text of an example, by the singular name of its kind
 * @returns content by path from the root of the repository
 */
export function generatedFiles(
  examples: ReadonlyMap<string, string>,
): Map<string, string> {
  const files = new Map<string, string>();
  for (const kind of allKinds) {
    files.set(
      `crds/${kind.plural}.${kind.group}.yaml`,
      `${header}${yamlText(crdOf(kind))}`,
    );
  }
  files.set('docs/reference/kinds.md', kindsReference(examples));
  files.set('docs/troubleshooting.md', troubleshooting());
  return files;
}
