export {
  mergeContextParts,
  parseContextFile,
} from './contextFile/parseContextFile';
export {
  renderContextFile,
  type RenderedPart,
} from './contextFile/renderContextFile';
export type * from './plan/ContextPlan';
export { mergeContexts } from './plan/mergeContexts';
export { planContexts, type PlanContextsOptions } from './plan/planContexts';
export { skillsFolder } from './plan/planSkillCheckout';
export type * from './plan/ResolvedContextItem';
