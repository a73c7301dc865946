/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/handler', '<rootDir>/admin-api', '<rootDir>/shared', '<rootDir>/infra', '<rootDir>/scripts'],
  testMatch: ['**/*.test.ts'],
  // SWC turns TypeScript and the few dependencies that ship only ES modules into what Jest runs.
  transform: {
    '^.+\\.(ts|js|mjs)$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(croner)/)'],
};
