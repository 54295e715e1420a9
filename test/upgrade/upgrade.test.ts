import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { listSources } from '../house/imports.ts'
import { changeIn, isFound, type Reliance, readReliances, readUpstream } from './relied_on.ts'
import { sourceOf } from './source_of.ts'

const reliances = readReliances()
const rowOf = (name: string) =>
  reliances.find(({ upstream }) => upstream.endsWith(` ${name}`)) as Reliance

/** How a method of the provider gets another body. */
const WAYS = [
  /override (?:async )?(\w+)\(/g,
  /\w\.(\w+) = (?:async )?\(/g,
  /Object\.assign\(\w+, \{ (\w+)/g,
]

describe('what this program copies, replaces or counts on in other packages', () => {
  test('is as it was when somebody last looked', () => {
    const changes = reliances.map((each) => changeIn(each, readUpstream(each)))
    expect(changes.filter((change) => change !== null)).toEqual([])
  })

  test('is used here where the table says', () => {
    expect(reliances.filter((each) => !isFound(each))).toEqual([])
  })

  test('has a row for each method that is overridden or patched', () => {
    const used = listSources()
      .filter((file) => file.startsWith('oauth/'))
      .flatMap((file) => {
        const source = readFileSync(file, 'utf8')
        return WAYS.flatMap((way) => [...source.matchAll(way)].map(([, method]) => method))
      })
    const known = new Set(reliances.map(({ upstream }) => upstream.split('.').at(-1)))
    expect(used.length).toBeGreaterThan(9)
    expect(used.filter((method) => !known.has(method))).toEqual([])
  })
})

describe('a change is found', () => {
  const row = rowOf('OAuthProvider.refreshTokenGrant')
  const code = readUpstream(row)

  test('in the text of a method: what changed there, and where to look here', () => {
    expect(changeIn(row, code)).toBeNull()
    const changed = sourceOf(code, 'OAuthProvider.refreshTokenGrant').replace('throw err;', '')
    const other = code.replace(sourceOf(code, 'OAuthProvider.refreshTokenGrant'), () => changed)
    expect(changeIn(row, other)).toMatch(
      /oauth-provider\.js OAuthProvider\.refreshTokenGrant has changed to \w+\. Look at oauth\/provider\/entryway_provider\.ts \(refreshTokenGrant\), where it is copied\./,
    )
  })

  test('not elsewhere in the same file', () => {
    expect(changeIn(row, code.replace('Session expired', 'Session over'))).toBeNull()
    expect(changeIn(row, `// A new first line\n${code}`)).toBeNull()
  })

  test('where a method is gone', () => {
    const renamed = code.replaceAll('refreshTokenGrant', 'refreshGrant')
    expect(changeIn(row, renamed)).toMatch(/refreshTokenGrant is gone.*entryway_provider\.ts/)
  })

  test('in what Node and rivetkit run, which is in no file of its own', () => {
    for (const name of ['detachSocket', 'beginHonoHttpRequest']) {
      const known = reliances.find(({ upstream }) => upstream.endsWith(` ${name}`)) as Reliance
      expect(changeIn({ ...known, digest: 'another' }, '')).toContain(`${name} has changed`)
      const renamed = { ...known, upstream: `${known.upstream}x` }
      expect(changeIn(renamed, '')).toContain(`${name}x is gone`)
    }
  })

  test('in the paths of a router', () => {
    const api = reliances.find(({ upstream }) => upstream.endsWith('api-middleware.js paths'))
    const paths = sourceOf(readUpstream(api as Reliance), 'paths').split('\n')
    expect(paths).toContain('/sign-in')
    expect(paths.length).toBeGreaterThan(15)
    const moved = readUpstream(api as Reliance).replace("'/sign-in'", "'/sign_in'")
    expect(changeIn(api as Reliance, moved)).toContain('oauth/routes.ts')
  })

  test.each([
    ['function', 'function f() { return 1 }', 'f'],
    ['constant', 'export const { a } = x, f = () => 1', 'f'],
    ['getter', 'class C { get f() { return 1 } }', 'C.f'],
    ['private method', 'class C { #f() {} }', 'C.f'],
    ['nested function', 'export function g() { function f() {} }', 'f'],
  ])('a %s has a text', (_, source, name) => {
    expect(sourceOf(source, name)).toContain('f')
    expect(() => sourceOf(source, `${name}x`)).toThrow(`There is no ${name}x`)
  })
})

test('packages whose insides are known here have exact versions', () => {
  const { dependencies, devDependencies } = manifest
  const all: Record<string, string> = { ...dependencies, ...devDependencies }
  for (const name of [
    '@atproto/oauth-provider',
    '@atproto/oauth-types',
    '@atproto/pds',
    'rivetkit',
    '@rivetkit/engine-cli',
    'node',
  ]) {
    expect(all[name], name).toMatch(/^\d+\.\d+\.\d+$/)
  }
})

test('the undici that stands in for those of other Nodes is that of this one', () => {
  const { undici } = manifest.dependencies
  expect(undici.split('.')[0]).toBe(process.versions.undici?.split('.')[0])
  const overrides = readFileSync('pnpm-workspace.yaml', 'utf8').match(/undici_v\d": npm:undici@.*/g)
  expect(overrides).toEqual(['6', '8'].map((major) => `undici_v${major}": npm:undici@${undici}`))
})
