export { checkOutContext } from './carryOut/checkOutContext';
export type { Surroundings } from './carryOut/Surroundings';
export { ContextError, writeContexts } from './carryOut/writeContexts';
export {
  mergeContextParts,
  parseContextFile,
} from './contextFile/parseContextFile';
export {
  renderContextFile,
  type RenderedPart,
} from './contextFile/renderContextFile';
export { OutsideFolderError, resolveInside } from './files/resolveInside';
export { writeFileAtomically } from './files/writeFileAtomically';
export { GitError } from './git/GitCommand';
export {
  parseLocalRepositories,
  type LocalRepository,
} from './git/localRepositories';
export type * from './plan/ContextPlan';
export { mergeContexts } from './plan/mergeContexts';
export { planContexts, type PlanContextsOptions } from './plan/planContexts';
export { skillsFolder } from './plan/planSkillCheckout';
export type * from './plan/ResolvedContextItem';
export {
  findSkills,
  InvalidSkillsError,
  type FoundSkill,
} from './skills/findSkills';
