import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'

const here = (file: string) => new URL(`../../${file}`, import.meta.url).href

const PROGRAM = here('base/lifetimes.ts')
/** What such a version has made. */
const OLDER = 'v24.0.0-x64-00000000-0'

async function newFolder(): Promise<string> {
  const { path, remove } = await makeTemporaryFolder('compiled')
  onTestFinished(remove)
  return path
}

/** A program that keeps what is compiled in `folder`. @param before run first @returns what Node.js says of that */
function start(folder: string, env: NodeJS.ProcessEnv = {}, before = ''): string {
  const script = `
    ${before}
    const { keepCompiled } = await import('${here('base/process/compiled.ts')}')
    keepCompiled(${JSON.stringify(folder)})
    await import('${PROGRAM}')`
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { env: { NODE_DEBUG_NATIVE: 'COMPILE_CACHE', ...env }, encoding: 'utf8' },
  )
  expect(status, stderr).toBe(0)
  return stderr
}

const TAKEN = `V8 code cache for ESM ${PROGRAM} was accepted`

test('a start takes from its folder what the one before has compiled', async () => {
  const folder = join(await newFolder(), 'vestibule')
  expect(start(folder)).not.toContain(TAKEN)
  expect(start(folder)).toContain(TAKEN)
})

test('what another version of Node.js has compiled is removed', async () => {
  const folder = await newFolder()
  mkdirSync(join(folder, OLDER, 'more'), { recursive: true })
  mkdirSync(join(folder, 'of somebody'))
  start(folder)
  const kept = readdirSync(folder).toSorted()
  expect(kept).toEqual(['of somebody', expect.stringMatching(`^${process.version}-`)])
})

test('what cannot be removed stands in the way of no start', async () => {
  const folder = await newFolder()
  mkdirSync(join(folder, OLDER))
  const readOnly = `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    fs.rmSync = () => { throw Object.assign(new Error('read-only'), { code: 'EROFS' }) }
    syncBuiltinESMExports()`
  start(folder, {}, readOnly)
  expect(start(folder, {}, readOnly)).toContain(TAKEN)
})

test('a folder that others may enter, or that cannot be made, is not used', async () => {
  for (const mode of [0o777, 0o755, 0o701]) {
    const folder = await newFolder()
    chmodSync(folder, mode)
    start(folder)
    expect(readdirSync(folder)).toEqual([])
  }
  const impossible = join(process.execPath, 'folder')
  start(impossible)
  expect(existsSync(impossible)).toBe(false)
})

test('NODE_COMPILE_CACHE names another folder, NODE_DISABLE_COMPILE_CACHE none', async () => {
  const [folder, named] = [join(await newFolder(), 'vestibule'), await newFolder()]
  start(folder, { NODE_DISABLE_COMPILE_CACHE: '1' })
  expect(existsSync(folder)).toBe(false)
  start(folder, { NODE_COMPILE_CACHE: named })
  expect(existsSync(folder)).toBe(false)
  expect(start(folder, { NODE_COMPILE_CACHE: named })).toContain(TAKEN)
})
