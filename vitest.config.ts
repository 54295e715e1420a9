import { globSync, readFileSync } from 'node:fs'
import { configDefaults, defineConfig } from 'vitest/config'
import { compileCache } from './lab/world/vestibule/child.ts'
import { LongestFirst } from './test/order.ts'
import { withoutDefence } from './test/removals/vite_plugin.ts'

/** Suites that put something in place of a module, or look at all threads of their process. */
const ALONE = globSync('test/**/*.test.ts').filter(
  (file) =>
    /\bvi\.(doM|m)ock\(/.test(readFileSync(file, 'utf8')) ||
    file === 'test/passwords/scrypt.test.ts',
)

/** Those of them that load modules anew, or change what they put in place: Node loads a module once. */
const BY_VITE = ['test/sagas/did_documents.test.ts', 'test/tokens/es256k.test.ts']

const shared = {
  // Suites start real servers of their own, on ports of their own. The longest test takes 110 to 200 s beside the others,
  // and a machine four times as slow holds it, too.
  testTimeout: 900_000,
  hookTimeout: 900_000,
  expect: { poll: { timeout: 60_000 } },
  setupFiles: ['test/reset_shared_state.ts', 'test/password_work.ts'],
  fileParallelism: true,
  pool: 'forks' as const,
  execArgv: ['--import', new URL('base/process/import_resolution.ts', import.meta.url).href],
  // Also for what is started with the environment of a test.
  env: {
    NODE_COMPILE_CACHE: compileCache,
    ...(!process.argv.includes('run') && { WORLD_WATCHED: 'yes' }),
  },
}

const ofNode = { setupFiles: ['test/untold_imports.ts', ...shared.setupFiles] }

/** A module that programs load first, with what the tests' tests take out of the code (`test/removals`). */
const preload = process.env.WORLD_PRELOAD
const plugins = withoutDefence(preload)

/** Node loads the suites as it loads the program; only a removal needs Vite, and the suites that are named above. */
const natively = { viteModuleRunner: preload !== undefined }

export default defineConfig({
  test: {
    // Twice the cores of a small machine: a suite waits for much of its time.
    maxWorkers: 4,
    globalSetup: 'test/run_folder.ts',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        // One process runs many suites: loading the PDS for each of them took a quarter of the CPU time.
        plugins,
        test: {
          ...shared,
          ...ofNode,
          name: 'suites',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...ALONE],
          isolate: false,
          experimental: { ...natively, nodeLoader: false },
          // The same people sign in over and over: without it half of the CPU of a suite is scrypt.
          env: { ...shared.env, WORLD_PASSWORDS: 'once' },
        },
      },
      {
        plugins,
        test: {
          ...shared,
          ...ofNode,
          name: 'alone',
          include: ALONE,
          exclude: [...configDefaults.exclude, ...BY_VITE],
          isolate: true,
          experimental: natively,
        },
      },
      { plugins, test: { ...shared, name: 'by Vite', include: BY_VITE, isolate: true } },
    ],
  },
})
