import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

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

const require = createRequire(import.meta.url)

let loaded: ReferenceRules | undefined

/** They are loaded with the first handle: to build its list of reserved names takes the package 0.1 s. */
export function referenceRules(): ReferenceRules {
  if (loaded) return loaded
  const folder = join(dirname(require.resolve('@atproto/pds/package.json')), 'dist', 'handle')
  const [names, slurs] = ['index.js', 'explicit-slurs.js'].map((file) =>
    require(join(folder, file)),
  )
  loaded = { ...names, ...slurs } as ReferenceRules
  return loaded
}
