module.exports = require('@backstage/cli/config/eslint-factory')(__dirname, {
  rules: {
    // A built-in kind is a value and a type of one name; TypeScript itself refuses what is declared twice.
    '@typescript-eslint/no-redeclare': 'off',
  },
});
