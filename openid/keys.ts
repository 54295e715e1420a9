import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { type Flow, OPENID_KEYS } from '../actors/auth/flow.ts'
import { OPENID_KEY_AHEAD, OPENID_KEY_KEPT } from '../base/lifetimes.ts'
import type { OpenidKey } from '../database/flow/openid_key.ts'

/** By what is signed here. */
export const OPENID_SIGNING = ['ES256', 'RS256'] as const
type Algorithm = (typeof OPENID_SIGNING)[number]

const generate = promisify(generateKeyPair)

/** A private key as the provider takes it (RFC 7517). */
export type PrivateJwk = { kid: string; alg: Algorithm; use: 'sig'; kty: string }

/**
 * The keys that are published at a time, those that sign first. A new one is published for
 * {@link OPENID_KEY_AHEAD} before it signs, and the one before it for {@link OPENID_KEY_KEPT} afterwards.
 */
export function publishedKeys(keys: readonly OpenidKey[], now: number): PrivateJwk[] {
  const all = keys.map(({ jwk, createdAt }) => ({ jwk: JSON.parse(jwk) as PrivateJwk, createdAt }))
  return OPENID_SIGNING.flatMap((algorithm) => {
    const mine = all.filter(({ jwk }) => jwk.alg === algorithm)
    const begun = mine.findLastIndex(({ createdAt }) => createdAt <= now - OPENID_KEY_AHEAD)
    const signing = Math.max(begun, 0)
    const isKept = (_: unknown, i: number) => {
      const next = mine[i + 1]
      const ends = next && next.createdAt + OPENID_KEY_AHEAD + OPENID_KEY_KEPT
      return i >= signing || ends === undefined || ends > now
    }
    const [first, others] = [mine[signing], mine.filter((_, i) => i !== signing)]
    const kept = mine.filter(isKept)
    return first ? [first, ...others.filter((key) => kept.includes(key))].map(({ jwk }) => jwk) : []
  })
}

/** A key for each algorithm. */
export async function newKeys(createdAt = Date.now()): Promise<OpenidKey[]> {
  const keys = OPENID_SIGNING.map(async (algorithm) => {
    const { privateKey } =
      algorithm === 'RS256'
        ? await generate('rsa', { modulusLength: 2048 })
        : await generate('ec', { namedCurve: 'P-256' })
    const kid = randomBytes(12).toString('base64url')
    const jwk = { ...privateKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' }
    return { kid, jwk: JSON.stringify(jwk), createdAt }
  })
  return Promise.all(keys)
}

/**
 * Makes new keys, and forgets those that are published no more.
 *
 * @param isAtOnce whether the new ones sign from now on and the others are forgotten: one of them is known
 * to somebody
 */
export async function rotateKeys(flow: Flow, isAtOnce: boolean): Promise<void> {
  const now = Date.now()
  const owner = flow(OPENID_KEYS)
  const before = await owner.listOpenidKeys()
  // Those of before were made before, also by a clock that was ahead.
  const last = Math.max(0, ...before.map(({ createdAt }) => createdAt))
  await owner.insertOpenidKeys(await newKeys(Math.max(now, last + 1)))
  const published = publishedKeys(await owner.listOpenidKeys(), now).map(({ kid }) => kid)
  for (const { kid } of before) {
    if (isAtOnce || !published.includes(kid)) await owner.deleteOpenidKey(kid)
  }
}
