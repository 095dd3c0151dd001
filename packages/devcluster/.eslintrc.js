module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // A test that runs where the cluster has a node is a test.
    'jest/no-standalone-expect': [
      'error',
      { additionalTestBlockFunctions: ['itOnNode'] },
    ],
  },
});
