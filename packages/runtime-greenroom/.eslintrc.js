module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // A schema and the type inferred from it share one name.
    '@typescript-eslint/no-redeclare': 'off',
  },
});
