/** Dependencies point one way: kinds ← protocol ← {sidecar, operator, *-common} ← *-node ← *-backend. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: ['\\.test\\.tsx?$', '/(testing|testkit)/'] },
  to: {
    path: '^(packages|operator|plugins)/',
    pathNot: [from, ...allowed.map(each => `^packages/${each}/`)],
  },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle makes the order of loading matter.',
      severity: 'error',
      from: { pathNot: '\\.test\\.tsx?$' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only(
      'kinds-stand-alone',
      '^packages/kinds/',
      [],
      'Everything rests on the kinds.',
    ),
    only(
      'protocol-stands-alone',
      '^packages/protocol/',
      ['kinds'],
      'It runs in the browser, too.',
    ),
    only(
      'controller-runtime-below',
      '^packages/controller-runtime/',
      ['kinds'],
      'Operator and devcluster rest on it.',
    ),
    only(
      'context-tools-below',
      '^packages/context-tools/',
      ['kinds', 'protocol'],
      'Sidecar and operator rest on it.',
    ),
    only(
      'sidecar-in-the-pod',
      '^packages/sidecar/',
      ['kinds', 'protocol', 'context-tools'],
      'It ships alone into every pod.',
    ),
    only(
      'runtime-in-the-pod',
      '^packages/runtime-greenroom/',
      ['kinds', 'protocol'],
      'It talks to its sidecar and to nothing else.',
    ),
    only(
      'repo-doctor-stands-alone',
      '^packages/repo-doctor/',
      [],
      'It is an example of a worker, not a part.',
    ),
    only(
      'operator-below-portal',
      '^operator/',
      ['kinds', 'protocol', 'controller-runtime', 'context-tools'],
      'It runs without a portal.',
    ),
    only(
      'devcluster-is-a-cluster',
      '^packages/devcluster/',
      ['controller-runtime', 'kinds'],
      'It knows Kubernetes, not Greenroom.',
    ),
    {
      name: 'protocol-without-io',
      comment: 'Pure functions that a browser can run.',
      severity: 'error',
      from: {
        path: '^packages/(protocol|kinds)/src/',
        pathNot: '(\\.test\\.ts|/(node|main)\\.ts|/node/[^/]+\\.ts)$',
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'protocol-for-node-apart',
      comment:
        'What needs Node is reached by @greenroom/protocol/node alone, so that the rest stays fit for browsers.',
      severity: 'error',
      from: {
        path: '^packages/protocol/src/',
        pathNot: '(\\.test\\.ts|/node\\.ts|/node/[^/]+\\.ts)$',
      },
      to: { path: '^packages/protocol/src/node(\\.ts$|/)' },
    },
    {
      name: 'no-backstage-in-pods',
      comment:
        'The operator and what runs in pods import no Backstage package.',
      severity: 'error',
      from: {
        path: '^(operator|packages/(sidecar|context-tools|runtime-greenroom|controller-runtime|kinds|protocol|devcluster))/src/',
      },
      to: { path: '^node_modules/@backstage/' },
    },
    {
      name: 'test-kit-only-in-tests',
      comment: 'Nothing imports the test kit outside tests.',
      severity: 'error',
      from: {
        path: '^(packages|operator|plugins)/',
        pathNot: [
          '\\.test\\.tsx?$',
          '^packages/testing/',
          '/(testing|testkit)/',
          '/conformance/',
        ],
      },
      to: { path: '^packages/testing/' },
    },
    {
      name: 'no-undeclared',
      comment: 'Every package names what it needs in its own package.json.',
      severity: 'error',
      from: {
        path: '^(packages|operator|plugins)/',
        pathNot: '\\.test\\.tsx?$',
      },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist(-types)?/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    combinedDependencies: false,
  },
};
