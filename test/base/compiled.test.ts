import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'

const here = (file: string) => new URL(`../../${file}`, import.meta.url).href

const PROGRAM = here('base/lifetimes.ts')

async function newFolder(): Promise<string> {
  const { path, remove } = await makeTemporaryFolder('compiled')
  onTestFinished(remove)
  return path
}

/** A program that keeps what is compiled in `folder`. @returns what Node.js says of that */
function start(folder: string, env: NodeJS.ProcessEnv = {}): string {
  const script = `
    import { keepCompiled } from '${here('base/compiled.ts')}'
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
  mkdirSync(join(folder, 'v24.0.0-x64-00000000-0', 'more'), { recursive: true })
  start(folder)
  const kept = readdirSync(folder)
  expect(kept).toHaveLength(1)
  expect(kept[0]).toMatch(`${process.version}-`)
})

test('a folder to which others may write, or that cannot be made, is not used', async () => {
  const folder = await newFolder()
  chmodSync(folder, 0o777)
  start(folder)
  expect(readdirSync(folder)).toEqual([])
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
