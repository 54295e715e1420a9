import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadedWith } from './imports.ts'

/** Large packages that only some of those who run this program, or of its people, ever need. */
const LOADED_WHEN_USED = [
  '@simplewebauthn/server',
  'oidc-provider',
  'qrcode',
  'html-to-text',
  ...readdirSync(new URL('../../node_modules/@opentelemetry', import.meta.url)).map(
    (name) => `@opentelemetry/${name}`,
  ),
]

test('what only some use is loaded when they use it', () => {
  const packages = new Map<string, string>()
  const open = ['start.ts']
  const met = new Set(open)
  for (let file = open.pop(); file; file = open.pop()) {
    for (const { to, isLocal, line } of loadedWith(file)) {
      if (!isLocal) packages.set(to, `${file}:${line}`)
      else if (/\.[tj]s$/.test(to) && !met.has(to)) {
        met.add(to)
        open.push(to)
      }
    }
  }
  expect(packages.get('@atproto/oauth-provider/provider')).toBeDefined()
  const early = LOADED_WHEN_USED.flatMap((name) =>
    [...packages].filter(([to]) => to === name || to.startsWith(`${name}/`)),
  )
  expect(early).toEqual([])
})
