module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // A schema and the type inferred from it share one name: `Task` is both what checks and what is checked.
    '@typescript-eslint/no-redeclare': 'off',
  },
});
