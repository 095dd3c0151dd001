import {
  allKinds,
  annotations,
  checkQuantities,
  fieldsMeaning,
  type Agent,
  type CronTask,
  type FieldProblem,
  type KindDefinition,
  type Meaning,
  type Session,
  type Task,
} from '@greenroom/kinds';
import type { AdmissionLookup } from './AdmissionLookup';
import type { AdmissionRequest } from './AdmissionReview';
import { cidrProblem } from './cidrProblem';
import { mountPathProblems } from './mountPathProblems';
import { scheduleProblem } from './scheduleProblem';
import { timeZoneProblem } from './timeZoneProblem';
import { admitted, forbidden, invalidValue, type Verdict } from './Verdict';

/** Why an expression cannot be used, in words, or `undefined` if it can. */
export type ExpressionJudge = (text: string) => string | undefined;

/** Loads the judges of expressions when the first is to be judged. */
export type LoadCompilers = () => Promise<{
  celProblem: ExpressionJudge;
  regexProblem: ExpressionJudge;
}>;

const DEFAULT_WORKSPACE = '/workspace';
/** Set on an Agent that is to go although Tasks run on it. */
const FORCE_DELETE = 'greenroom.dev/force-delete';

/** Judges what a CRD's schema cannot: what must be looked up or compiled. */
export async function reviewObject(
  request: AdmissionRequest,
  options: { lookup: AdmissionLookup; loadCompilers: LoadCompilers; now: Date },
): Promise<Verdict> {
  const { lookup, loadCompilers, now } = options;
  if (request.operation === 'DELETE') return reviewDeletion(request, lookup);
  const definition = allKinds.find(({ kind }) => kind === request.kind.kind);
  const { object } = request;
  if (!definition || !object) return admitted;
  // What is on its way out must be able to lose its finalizers, however old its rules.
  if (object.metadata.deletionTimestamp) return admitted;
  const problems = [
    ...(await fieldProblems(
      definition as unknown as KindDefinition,
      object,
      loadCompilers,
    )),
    ...specProblems(request, now),
  ];
  const references = await reviewReferences(request, lookup);
  problems.push(...references.problems);
  if (problems.length) return { admit: false, because: 'invalid', problems };
  const { warnings } = references;
  return warnings.length ? { admit: true, warnings } : admitted;
}

/** Fields of one meaning, wherever the kind has them. */
async function fieldProblems(
  definition: KindDefinition,
  object: unknown,
  loadCompilers: LoadCompilers,
): Promise<FieldProblem[]> {
  const problems = checkQuantities(definition, object);
  const judge = (meaning: Meaning, problemOf: ExpressionJudge) => {
    for (const { path, value } of fieldsMeaning(definition, object, meaning)) {
      const problem = problemOf(String(value));
      if (problem) problems.push(invalidValue(path, value, problem));
    }
  };
  judge('cidr', cidrProblem);
  judge('timeZone', timeZoneProblem);
  const hasExpressions =
    fieldsMeaning(definition, object, 'regex').length > 0 ||
    fieldsMeaning(definition, object, 'cel').length > 0;
  if (hasExpressions) {
    const { celProblem, regexProblem } = await loadCompilers();
    judge('regex', regexProblem);
    judge('cel', celProblem);
  }
  return problems;
}

function specProblems(request: AdmissionRequest, now: Date): FieldProblem[] {
  const { object } = request;
  switch (request.kind.kind) {
    case 'Agent':
    case 'AgentTemplate': {
      const { contexts, workspaceDir = DEFAULT_WORKSPACE } = (
        object as unknown as Agent
      ).spec;
      return mountPathProblems(contexts, 'spec.contexts', workspaceDir);
    }
    case 'Task':
      return mountPathProblems(
        (object as unknown as Task).spec.contexts,
        'spec.contexts',
        DEFAULT_WORKSPACE,
      );
    case 'CronTask': {
      const {
        schedule,
        timeZone = 'UTC',
        taskTemplate,
      } = (object as unknown as CronTask).spec;
      const problem = timeZoneProblem(timeZone)
        ? undefined
        : scheduleProblem(schedule, timeZone, now);
      return [
        ...(problem ? [invalidValue('spec.schedule', schedule, problem)] : []),
        ...mountPathProblems(
          taskTemplate.spec.contexts,
          'spec.taskTemplate.spec.contexts',
          DEFAULT_WORKSPACE,
        ),
      ];
    }
    default:
      return [];
  }
}

/**
 * An Agent cannot be without its template. A Task, Session or CronTask may be applied together with what it refers to, in any order, and
 * waits for it: then a warning says what is missing.
 */
async function reviewReferences(
  request: AdmissionRequest,
  lookup: AdmissionLookup,
): Promise<{ problems: FieldProblem[]; warnings: string[] }> {
  const { kind, namespace = '', object, oldObject } = request;
  const problems: FieldProblem[] = [];
  const warnings: string[] = [];
  const { spec, path } = referringSpec(kind.kind, object);
  if (!spec) return { problems, warnings };
  const template = spec.templateRef?.name;
  const before = referringSpec(kind.kind, oldObject).spec?.templateRef?.name;
  // An object whose template went away must still be changeable.
  if (
    template &&
    template !== before &&
    !(await lookup.hasTemplate(namespace, template))
  ) {
    const message = `there is no AgentTemplate "${template}" in namespace "${namespace}"`;
    if (kind.kind === 'Agent') {
      problems.push(
        invalidValue(
          `${path}.templateRef.name`,
          template,
          `${message}. Apply it first.`,
        ),
      );
    } else {
      warnings.push(
        `${path}.templateRef.name: ${message} yet; it is waited for.`,
      );
    }
  }
  const agent = spec.agentRef?.name;
  if (
    agent &&
    request.operation === 'CREATE' &&
    !(await lookup.hasAgent(namespace, agent))
  ) {
    warnings.push(
      `${path}.agentRef.name: there is no Agent "${agent}" in namespace "${namespace}" yet; it is waited for.`,
    );
  }
  return { problems, warnings };
}

interface ReferringSpec {
  templateRef?: { name: string };
  agentRef?: { name: string };
}

function referringSpec(
  kind: string,
  object: unknown,
): { spec?: ReferringSpec; path: string } {
  if (kind === 'CronTask') {
    const spec = (object as CronTask | undefined)?.spec?.taskTemplate?.spec;
    return { spec, path: 'spec.taskTemplate.spec' };
  }
  const isReferring = kind === 'Agent' || kind === 'Task' || kind === 'Session';
  const spec = isReferring
    ? ((object as Session | undefined)?.spec as ReferringSpec | undefined)
    : undefined;
  return { spec, path: 'spec' };
}

/** An Agent on which Tasks run is not deleted by a slip: they would all fail. */
function reviewDeletion(
  request: AdmissionRequest,
  lookup: AdmissionLookup,
): Verdict {
  const { kind, namespace = '', name = '', oldObject } = request;
  if (kind.kind !== 'Agent') return admitted;
  if (oldObject?.metadata.annotations?.[FORCE_DELETE] === 'true')
    return admitted;
  const running = lookup.runningTasks(namespace, name);
  if (!running.length) return admitted;
  const shown =
    running.slice(0, 5).join(', ') + (running.length > 5 ? ', …' : '');
  return forbidden(
    `Agent "${name}" has ${running.length} running ${
      running.length === 1 ? 'Task' : 'Tasks'
    } (${shown}). Stop them first (annotation ${
      annotations.stop
    }: "true"), or set the annotation ${FORCE_DELETE}: "true" on the Agent.`,
  );
}
