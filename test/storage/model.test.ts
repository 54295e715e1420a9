import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runOutsider } from '../../lab/world/processes/with_parent.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { sayUnless } from '../shared/left_out.ts'

const MODEL = fileURLToPath(new URL('./two_writers.pml', import.meta.url))
const COMPILE = ['gcc', '-O1', '-w', '-DSAFETY', '-o', 'pan', 'pan.c']
const isInstalled = sayUnless(
  [
    ['spin', '-V'],
    ['gcc', '-fsyntax-only', '-include', 'stdio.h', '-x', 'c', '/dev/null'],
  ].every(([program, ...args]) => spawnSync(program as string, args).status === 0),
  'the model of two writers: spin or gcc is not installed (apt-get install spin gcc libc6-dev)',
)

let folder: TemporaryFolder
beforeAll(async () => {
  folder = await makeTemporaryFolder('model')
})
afterAll(() => folder.remove())

/** What is found in all orders of the steps, up to the first mistake. */
async function check(...flags: string[]): Promise<string> {
  const here = { cwd: folder.path, env: { PATH: process.env.PATH } }
  await runOutsider(['spin', '-a', ...flags, MODEL], here)
  await runOutsider(COMPILE, here)
  return runOutsider(['./pan', '-m1000'], here)
}

const SUCCESSORS = 'assertion violated  !((acknowledged&token))'
const OLD_DATA = 'assertion violated ((before& ~(database[me]))==0)'

test.runIf(isInstalled).each([
  ['no token has two successors, and no answer is from old data', []],
  ['a copy is one moment, with all that was acknowledged before', ['-DCOPY']],
])('%s', async (_, flags) => {
  const found = await check(...flags)
  expect(found).toContain('errors: 0')
  expect(found).not.toContain('max search depth too small')
})

test.runIf(isInstalled).each([
  ['-DNO_SECOND_LOOK', SUCCESSORS],
  ['-DNO_LOOK_BEFORE_READ', OLD_DATA],
  ['-DRESTORE_FIRST', SUCCESSORS],
  ['-DCOPY -DNO_LOOK_AFTER_COPY', OLD_DATA],
  ['-DCOPY -DCOPY_UNDER_A_NEW_EPOCH', OLD_DATA],
])('with %s there is a counterexample', async (flags, mistake) => {
  expect(await check(...flags.split(' '))).toContain(mistake)
})
