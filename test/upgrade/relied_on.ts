import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runtimeText } from './runtime_texts.ts'
import { sourceOf } from './source_of.ts'

/** One row of `relied_on.txt`: something of another package that this program copies or counts on. */
export type Reliance = {
  /** As `oauth-provider token/token-manager.js TokenManager.findToken`. */
  upstream: string
  how: string
  /** The file here that has to be looked at, and a word in it. */
  file: string
  word: string
  /** Of the text of {@link upstream}, when somebody last looked. */
  digest: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const provider = fileURLToPath(import.meta.resolve('@atproto/oauth-provider/provider'))
const fromProvider = createRequire(provider)
const pds = createRequire(import.meta.url).resolve('@atproto/pds/package.json')

/** Where the files of a package are. */
const FOLDERS: Record<string, string> = {
  'oauth-provider': dirname(provider),
  'oauth-provider-api': dirname(fromProvider.resolve('@atproto/oauth-provider-api')),
  'oauth-provider-ui': dirname(
    fromProvider.resolve('@atproto/oauth-provider-ui/bundle-manifest.json'),
  ),
  'oauth-types': dirname(fromProvider.resolve('@atproto/oauth-types')),
  'lex-resolver': dirname(fromProvider.resolve('@atproto/lex-resolver')),
  'jwk-jose': dirname(fromProvider.resolve('@atproto/jwk-jose')),
  'simple-store': dirname(fromProvider.resolve('@atproto-labs/simple-store')),
  'oidc-provider': dirname(fileURLToPath(import.meta.resolve('oidc-provider'))),
  pds: join(dirname(pds), 'dist'),
  api: dirname(fileURLToPath(import.meta.resolve('@atproto/api'))),
  'xrpc-server': dirname(createRequire(pds).resolve('@atproto/xrpc-server')),
}

export function readReliances(): Reliance[] {
  const table = readFileSync(new URL('relied_on.txt', import.meta.url), 'utf8')
  const rows = table.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return rows.map((row) => {
    const [upstream, how, here, digest] = row.split(/\s*\|\s*/) as [string, string, string, string]
    const [file, word] = here.split(' ') as [string, string]
    return { upstream, how, file, word, digest }
  })
}

/** The upstream file, or nothing where that is in no file of its own. */
export function readUpstream({ upstream }: Reliance): string {
  const [name, file] = upstream.split(' ') as [string, string]
  const folder = FOLDERS[name]
  return folder === undefined ? '' : readFileSync(join(folder, file), 'utf8')
}

/**
 * Compares the text of a reliance with what it was.
 *
 * @param code the upstream file
 * @returns what has to be done, or null where nothing has changed
 */
export function changeIn(reliance: Reliance, code: string): string | null {
  const { upstream, how, file, word, digest } = reliance
  const place = `Look at ${file} (${word}), where it is ${how}`
  try {
    const [name, part, member] = upstream.split(' ') as [string, string, string]
    const text = runtimeText(`${name} ${part}`, member) ?? sourceOf(code, member)
    const now = createHash('sha256').update(text).digest('hex').slice(0, 12)
    return now === digest ? null : `${upstream} has changed to ${now}. ${place}.`
  } catch (err) {
    return `${upstream} is gone: ${(err as Error).message}. ${place}.`
  }
}

/** Whether the place here is still where the table says. */
export function isFound({ file, word }: Reliance): boolean {
  const path = join(root, file)
  return existsSync(path) && readFileSync(path, 'utf8').includes(word)
}
