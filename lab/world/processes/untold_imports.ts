import { readFileSync } from 'node:fs'
import { isBuiltin, registerHooks } from 'node:module'

/** What the suite of this process puts something in place of, by its URL. */
const mocked = new Set<string>()
/** Files that vitest knows: it shows their lines with an error. */
const told = new Set<string>()

/*
 * Loaded by the suites that Node loads. Vitest has a hook that tells its main process of each import of what is no
 * package's: 3,500 times for the application, for those who have suites run again as files change. This hook comes before
 * that one, being registered later, and has it told of each file once.
 */
registerHooks({
  resolve(specifier, context, next) {
    const [, suite] = /^(.*\.test\.ts)%3Fvitest=/.exec(specifier) ?? []
    if (suite) for (const url of mocksOf(suite)) if (url) mocked.add(url)
    const url = urlOf(specifier, context.parentURL, context.conditions)
    if (!url || mocked.has(url) || isNewFile(url)) return next(specifier, context)
    return { url, shortCircuit: true, ...(isBuiltin(url) && { format: 'builtin' }) }
  },
})

function isNewFile(url: string): boolean {
  if (isBuiltin(url) || told.has(url)) return false
  told.add(url)
  return true
}

/** Where an import leads; undefined of one that Node has to look for. */
function urlOf(specifier: string, from: string | undefined, conditions: string[]) {
  if (isBuiltin(specifier)) return specifier.replace(/^(?!node:)/, 'node:')
  // As `base/process/import_resolution.ts` has it.
  const isRelative = /^\.\.?\/.*\.(ts|m?js)$/.test(specifier)
  if (!isRelative || !from?.startsWith('file:') || !conditions.includes('import')) return
  return new URL(specifier, from).href
}

/** @param suite as a URL */
function mocksOf(suite: string): (string | undefined)[] {
  const calls = readFileSync(new URL(suite))
    .toString()
    .matchAll(/\bvi\.(?:doM|m)ock\(\s*'([^']+)'/g)
  return [...calls].map(([, specifier = '']) => urlOf(specifier, suite, ['import']))
}
