/** What judges the expressions of a Policy. Large, so the operator loads it with the first one. */
export { celProblem } from './celProblem';
export { regexProblem } from './regexProblem';
