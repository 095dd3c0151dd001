import type { IncomingMessage } from 'node:http';
import type { Json } from '../../store/KubernetesObject';
import type { Authenticator } from '../auth/Authenticator';
import type { Attributes } from '../auth/Authorizer';
import { defaultAudience } from '../auth/ServiceAccountTokens';
import type { UserInfo } from '../auth/UserInfo';
import { ApiError, badRequest } from '../errors/ApiError';
import { fieldError, invalid } from '../errors/FieldError';
import { parseJson } from '../http/parseJson';
import { readBody } from '../http/readBody';
import { created, type Reply } from '../http/Reply';
import type { RequestInfo } from '../http/RequestInfo';
import type { Machinery } from '../Machinery';

interface Question {
  machinery: Machinery;
  authenticator: Authenticator;
  user: UserInfo;
  info: RequestInfo;
  review: Json;
}

type Answer = (question: Question) => Json | Promise<Json>;

const answers: Record<string, { kind: string; answer: Answer }> = {
  'authentication.k8s.io/tokenreviews': {
    kind: 'TokenReview',
    answer: reviewToken,
  },
  'authentication.k8s.io/selfsubjectreviews': {
    kind: 'SelfSubjectReview',
    answer: ({ user }) => ({ userInfo: shownUser(user) }),
  },
  'authorization.k8s.io/selfsubjectaccessreviews': {
    kind: 'SelfSubjectAccessReview',
    answer: question => reviewAccess(question, question.user),
  },
  'authorization.k8s.io/subjectaccessreviews': {
    kind: 'SubjectAccessReview',
    answer: question => reviewAccess(question, subjectOf(question.review)),
  },
  'authorization.k8s.io/localsubjectaccessreviews': {
    kind: 'LocalSubjectAccessReview',
    answer: question => {
      const { namespace } = question.review.spec?.resourceAttributes ?? {};
      if (namespace !== question.info.namespace) {
        throw badRequest(
          `spec.resourceAttributes.namespace must match namespace: ${question.info.namespace}`,
        );
      }
      return reviewAccess(question, subjectOf(question.review));
    },
  },
  'authorization.k8s.io/selfsubjectrulesreviews': {
    kind: 'SelfSubjectRulesReview',
    answer: reviewRules,
  },
};

/** Whether a resource only answers questions. */
export function isReview({ group, resource }: RequestInfo): boolean {
  return `${group}/${resource}` in answers;
}

/** Answers a review. @throws ApiError */
export async function answerReview(
  request: IncomingMessage,
  context: Omit<Question, 'review'>,
): Promise<Reply> {
  const { info } = context;
  const { kind, answer } = answers[`${info.group}/${info.resource}`];
  if (info.verb !== 'create')
    throw new ApiError(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
    );
  const { value: review } = parseJson(
    await readBody(request),
    request.headers['content-type'],
  );
  if (review?.kind && review.kind !== kind) {
    throw badRequest(
      `${review.kind} in version "${review.apiVersion}" cannot be handled as a ${kind}`,
    );
  }
  const status = await answer({ ...context, review: review ?? {} });
  return created({
    kind,
    apiVersion: `${info.group}/${info.version}`,
    metadata: { ...review?.metadata, creationTimestamp: null },
    ...(review?.spec && { spec: review.spec }),
    ...(kind === 'SelfSubjectRulesReview' && { spec: {} }),
    status,
  });
}

function shownUser({ username, uid, groups, extra }: UserInfo): Json {
  return {
    username,
    ...(uid && { uid }),
    ...(groups.length && { groups }),
    ...(Object.keys(extra).length && { extra }),
  };
}

async function reviewToken({
  machinery,
  authenticator,
  review,
}: Question): Promise<Json> {
  const token: string | undefined = review.spec?.token;
  if (!token) {
    throw invalid({ group: 'authentication.k8s.io', kind: 'TokenReview' }, '', [
      fieldError.required('spec.token'),
    ]);
  }
  const audiences: string[] = review.spec.audiences?.length
    ? review.spec.audiences
    : [defaultAudience];
  const known = authenticator.staticUser(token);
  const verified = known
    ? {
        user: known,
        audiences: audiences.filter(each => each === defaultAudience),
      }
    : await machinery.tokens.verify(token, audiences);
  if (!verified || !verified.audiences.length) {
    return {
      user: {},
      error: '[invalid bearer token, token lookup failed]',
    };
  }
  return {
    authenticated: true,
    user: shownUser(verified.user),
    audiences: verified.audiences,
  };
}

function subjectOf({ spec = {}, kind }: Json): UserInfo {
  if (!spec.user && !spec.groups?.length) {
    throw invalid(
      { group: 'authorization.k8s.io', kind: kind ?? 'SubjectAccessReview' },
      '',
      [
        fieldError.invalid(
          'spec.user',
          '',
          'at least one of user or group must be specified',
        ),
      ],
    );
  }
  return {
    username: spec.user ?? '',
    uid: spec.uid,
    groups: spec.groups ?? [],
    extra: spec.extra ?? {},
  };
}

function reviewAccess({ machinery, review }: Question, user: UserInfo): Json {
  const { resourceAttributes, nonResourceAttributes } = review.spec ?? {};
  if (Boolean(resourceAttributes) === Boolean(nonResourceAttributes)) {
    throw invalid(
      {
        group: 'authorization.k8s.io',
        kind: review.kind ?? 'SelfSubjectAccessReview',
      },
      '',
      [
        fieldError.invalid(
          'spec.resourceAttributes',
          null,
          'exactly one of nonResourceAttributes or resourceAttributes must be specified',
        ),
      ],
    );
  }
  const attributes: Attributes = resourceAttributes
    ? { ...resourceAttributes, resource: resourceAttributes.resource ?? '' }
    : { verb: nonResourceAttributes.verb, path: nonResourceAttributes.path };
  const { allowed, reason } = machinery.authorizer.authorize(user, attributes);
  return { allowed, ...(reason && { reason }) };
}

function reviewRules({ machinery, user, review }: Question): Json {
  const resourceRules: Json[] = [];
  const nonResourceRules: Json[] = [];
  const rules = [
    ...machinery.authorizer.rulesOf(user, review.spec?.namespace),
  ].map(each => each.rule);
  if (user.groups.includes('system:masters')) {
    rules.push(
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    );
  }
  for (const {
    verbs,
    apiGroups,
    resources,
    resourceNames,
    nonResourceURLs,
  } of rules) {
    if (nonResourceURLs?.length)
      nonResourceRules.push({ verbs, nonResourceURLs });
    if (resources?.length) {
      resourceRules.push({
        verbs,
        apiGroups,
        resources,
        ...(resourceNames?.length && { resourceNames }),
      });
    }
  }
  return { resourceRules, nonResourceRules, incomplete: false };
}
