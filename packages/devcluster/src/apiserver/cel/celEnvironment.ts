import { celEnv, type CelEnv, type CelFunc } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { collectionLibrary } from './collectionLibrary';
import { kubernetesRegistry } from './kubernetesTypes';
import { networkLibrary } from './networkLibrary';
import { quantityLibrary } from './quantityLibrary';
import { textLibrary } from './textLibrary';

let made: { env: CelEnv; functions: ReadonlySet<string> } | undefined;

/** Source: the standard definitions of CEL, without operators. */
const standard =
  `bool bytes contains double duration dyn endsWith getDate getDayOfMonth getDayOfWeek getDayOfYear
  getFullYear getHours getMilliseconds getMinutes getMonth getSeconds int matches size startsWith string timestamp type
  uint`.split(/\s+/);

/** CEL with Kubernetes' functions, and the names of all its functions. Made on first use. */
export function celEnvironment(): {
  env: CelEnv;
  functions: ReadonlySet<string>;
} {
  if (made) return made;
  const funcs: CelFunc[] = [
    ...strings,
    ...quantityLibrary(),
    ...networkLibrary(),
    ...collectionLibrary(),
    ...textLibrary(),
  ];
  made = {
    env: celEnv({ registry: kubernetesRegistry, funcs }),
    functions: new Set([...standard, ...funcs.map(({ name }) => name)]),
  };
  return made;
}
