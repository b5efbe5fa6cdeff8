import { defineConfig } from 'vitest/config'

const conditions = ['@trustpub/source', 'node', 'module', 'import', 'default']
const source = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ['@trustpub/source'] } },
}

export default defineConfig({
  test: {
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        // Starts the built program with the real clients: one file at a time, each client has minutes.
        ...source,
        test: {
          name: 'program',
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/support/left-out.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
