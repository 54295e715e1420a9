import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'

const IMPORT_RESOLUTION = new URL('../../base/process/import_resolution.ts', import.meta.url).href

/** Says what is left to Node.js to resolve. */
const REPORT = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    resolve(specifier, context, next) {
      console.log(specifier)
      return next(specifier, context)
    },
  })`)}`

/** Imports a module of a package with others. @returns what was left to Node.js, and then what the module prints */
async function run(main: string, others: Record<string, string> = {}) {
  const { path, remove } = await makeTemporaryFolder('imports')
  onTestFinished(remove)
  const files = { 'package.json': '{"type":"module"}', 'in/main.ts': main, ...others }
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(path, name, '..'), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  const start = `await import(${JSON.stringify(pathToFileURL(join(path, 'in/main.ts')).href)})`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', REPORT, '--import', IMPORT_RESOLUTION, '--input-type=module', '--eval', start],
    { encoding: 'utf8', env: {} },
  )
  const lines = stdout.split('\n').filter((line) => line)
  return { lines: lines.slice(lines.findIndex((line) => line.endsWith('main.ts')) + 1), stderr }
}

test('a relative import is resolved to its URL alone, and a package once from each folder', async () => {
  const { lines } = await run(
    `import '../own.ts'
     import '../of_package.js'
     import common from '../common/index.js'
     import { is } from 'named'
     import '../beside/one.js'
     import './another.js'
     import data from './data.json' with { type: 'json' }
     console.log(globalThis.own, globalThis.ofPackage, common.required, is, beside, data.read)`,
    {
      'own.ts': 'const own: string = "own"\nObject.assign(globalThis, { own })',
      'of_package.js': 'import "./own.ts"\nglobalThis.ofPackage = "of a package"',
      'common/package.json': '{"type":"commonjs"}',
      'common/index.js': 'exports.required = require("./required.js")',
      'common/required.js': 'module.exports = "required"',
      'beside/one.js': 'import { is } from "named"\nglobalThis.beside = is',
      'beside/node_modules/named/package.json': '{"type":"module","exports":"./index.js"}',
      'beside/node_modules/named/index.js': 'export const is = "nearer"',
      'in/another.js': 'import "named"',
      'in/data.json': '{"read":"read"}',
      'node_modules/named/package.json': '{"type":"module","exports":"./index.js"}',
      'node_modules/named/index.js': 'export const is = "named"',
    },
  )
  expect(lines.at(-1)).toBe('own of a package required named nearer read')
  expect(lines.slice(0, -1).toSorted()).toEqual(['./data.json', './required.js', 'named', 'named'])
})

test('a file that is missing is an error that names it', async () => {
  const { stderr } = await run(`import './missing.ts'`)
  expect(stderr).toMatch(/ENOENT: no such file or directory, open '.*in\/missing\.ts'/)
})
