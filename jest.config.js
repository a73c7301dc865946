// Node 20 runs everything too, so the AWS SDK need not warn about it at every client; Lambda runs Node 24.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['handler', 'admin-api', 'enforcer', 'shared', 'infra', 'scripts', 'bench'].map(
    (folder) => `<rootDir>/${folder}`,
  ),
  // All cores: Jest would leave one of them idle, which on a small CI machine is half of it.
  maxWorkers: '100%',
  setupFiles: ['<rootDir>/shared/testing/errors-of-node.ts', '<rootDir>/shared/testing/property-seed.ts'],
  testMatch: ['**/*.test.ts'],
  // A busy machine is slow, not wrong: no test is about time.
  testTimeout: 30_000,
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
