import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * The handle rules of the reference PDS (reserved names, lengths, slurs), read from its own
 * package so that they are the same. The package exports no more than its program, hence the path.
 */
type ReferenceRules = {
  /** @throws {InvalidRequestError} of `@atproto/xrpc-server` */
  ensureHandleServiceConstraints(
    handle: string,
    availableUserDomains: string[],
    allowReserved?: boolean,
  ): void
  hasExplicitSlur(handle: string): boolean
}

const folder = join(
  dirname(createRequire(import.meta.url).resolve('@atproto/pds/package.json')),
  'dist',
  'handle',
)
const load = (file: string) => import(pathToFileURL(join(folder, file)).href)

export const {
  ensureHandleServiceConstraints,
}: Pick<ReferenceRules, 'ensureHandleServiceConstraints'> = await load('index.js')

export const { hasExplicitSlur }: Pick<ReferenceRules, 'hasExplicitSlur'> =
  await load('explicit-slurs.js')
