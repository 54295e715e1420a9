import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadedWith } from './imports.ts'

/** Large packages that only some of those who run this program, or of its people, ever need. */
const LOADED_WHEN_USED = [
  '@simplewebauthn/server',
  'oidc-provider',
  'qrcode',
  'nodemailer',
  'html-to-text',
  ...readdirSync(new URL('../../node_modules/@opentelemetry', import.meta.url)).map(
    (name) => `@opentelemetry/${name}`,
  ),
]

/** The rooms in which commands are carried out. */
const CARRIES_OUT = /^(sagas|database|actors|oauth)\//

/** What a start file loads at once: files, and packages with one place that imports them. */
function loadedAtOnce(start: string) {
  const packages = new Map<string, string>()
  const open = [start]
  const files = new Set(open)
  for (let file = open.pop(); file; file = open.pop()) {
    for (const { to, isLocal, line } of loadedWith(file)) {
      if (!isLocal) packages.set(to, `${file}:${line}`)
      else if (/\.[tj]s$/.test(to) && !files.has(to)) {
        files.add(to)
        open.push(to)
      }
    }
  }
  return { files, packages }
}

test.each(['start.ts', 'start_gateway.ts', 'start_runner.ts', 'cli/main.ts'])(
  '%s finds where compiled code is kept before it loads what was compiled',
  (file) => {
    const { files, packages } = loadedAtOnce(file)
    expect([...files].toSorted()).toEqual(
      [
        'base/process/compiled.ts',
        'base/process/import_resolution.ts',
        'base/values/fault_code.ts',
        'base/files/make_folder.ts',
        file,
      ].toSorted(),
    )
    expect([...packages.keys()].filter((name) => !name.startsWith('node:'))).toEqual([])
  },
)

test('what only some use is loaded when they use it', () => {
  const { packages } = loadedAtOnce('programs/whole.ts')
  expect(packages.get('@atproto/oauth-provider/provider')).toBeDefined()
  const early = LOADED_WHEN_USED.flatMap((name) =>
    [...packages].filter(([to]) => to === name || to.startsWith(`${name}/`)),
  )
  expect(early).toEqual([])
})

test('the command line is described without what carries commands out', () => {
  const { files } = loadedAtOnce('cli/run.ts')
  expect(files).toContain('operator/inputs/index.ts')
  expect([...files].filter((file) => CARRIES_OUT.test(file))).toEqual([])
})
