/** Resources that are answered and never stored, by `<group>/<version>`. */
export const reviewResources: Record<
  string,
  {
    name: string;
    singularName: string;
    namespaced: boolean;
    kind: string;
    verbs: string[];
  }[]
> = {
  '/v1': [review('Binding', 'bindings', true)],
  'authentication.k8s.io/v1': [
    review('SelfSubjectReview', 'selfsubjectreviews'),
    review('TokenReview', 'tokenreviews'),
  ],
  'authorization.k8s.io/v1': [
    review('LocalSubjectAccessReview', 'localsubjectaccessreviews', true),
    review('SelfSubjectAccessReview', 'selfsubjectaccessreviews'),
    review('SelfSubjectRulesReview', 'selfsubjectrulesreviews'),
    review('SubjectAccessReview', 'subjectaccessreviews'),
  ],
};

function review(kind: string, name: string, namespaced = false) {
  return {
    name,
    singularName: kind.toLowerCase(),
    namespaced,
    kind,
    verbs: ['create'],
  };
}
