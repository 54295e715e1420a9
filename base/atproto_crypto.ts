import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** `@atproto/crypto`, loaded when it is first used: most commands need nothing of it, and each would wait for it. */
export function atprotoCrypto(): typeof import('@atproto/crypto') {
  return require('@atproto/crypto')
}
