import { fileURLToPath } from 'node:url';

/** One project a suite; all run on real servers, databases and sockets. */
const suite = (name) => ({
  displayName: name,
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  testMatch: [`<rootDir>/test/${name}/**/*.spec.ts`],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tsconfig.json', diagnostics: false }] },
  globalSetup: '<rootDir>/test/support/cluster.setup.js',
  globalTeardown: '<rootDir>/test/support/cluster.teardown.js',
});

export default {
  testTimeout: 120_000,
  projects: [suite('e2e'), suite('browser'), suite('fault')],
};
