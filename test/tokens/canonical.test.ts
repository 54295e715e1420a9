import { generateKeySync, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadSecrets, type Secrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { LegacyTokens } from '../../tokens/legacy_tokens.ts'
import { readRefreshToken, writeRefreshToken } from '../../tokens/refresh_token.ts'

const ENTRYWAY = 'did:web:entryway.test'
let folder: TemporaryFolder
let secrets: Secrets

beforeAll(async () => {
  folder = await makeTemporaryFolder('tokens')
  secrets = await loadSecrets(readSettings({ ENTRYWAY_DEV: '1', ENTRYWAY_DATA_DIR: folder.path }))
})
afterAll(() => folder.remove())

/** A token, and what reads it: whether the text is taken. */
type Kind = () => Promise<{ token: string; takes: (token: string) => Promise<boolean> }>

const kinds: Record<string, Kind> = {
  'refresh token of OAuth': async () => {
    const key = generateKeySync('hmac', { length: 256 })
    const parts = { secret: 'ref-0123456789abcdef', sessionId: 'session', did: 'did:web:a.test' }
    const takes = async (token: string) => readRefreshToken(token, key) !== null
    return { token: writeRefreshToken(parts, key), takes }
  },
  'access JWT': async () => {
    const tokens = new LegacyTokens(secrets, { did: ENTRYWAY, accessTokenLifetime: 60_000 })
    const { accessJwt } = await sign(tokens)
    return { token: accessJwt, takes: taken((jwt) => tokens.verifyAccess(jwt)) }
  },
  'refresh JWT': async () => {
    const tokens = new LegacyTokens(secrets, { did: ENTRYWAY, accessTokenLifetime: 60_000 })
    const { refreshJwt } = await sign(tokens)
    return { token: refreshJwt, takes: taken((jwt) => tokens.verifyRefresh(jwt)) }
  },
}

function sign(tokens: LegacyTokens) {
  const session = {
    did: 'did:web:a.test',
    pdsDid: 'did:web:pds.test',
    sessionId: '1',
    jti: randomUUID(),
  }
  return tokens.sign({ ...session, scope: 'com.atproto.access' })
}

const taken = (verify: (jwt: string) => Promise<unknown>) => (jwt: string) =>
  verify(jwt).then(
    () => true,
    () => false,
  )

/** The same text with one character another, one more, or one less, at each place. */
function alterations(token: string): string[] {
  const places = [...token].flatMap((character, i) => {
    const other = character === 'A' ? 'B' : 'A'
    return [
      token.slice(0, i) + other + token.slice(i + 1),
      `${token.slice(0, i)}!${token.slice(i)}`,
      token.slice(0, i) + token.slice(i + 1),
    ]
  })
  const ends = ['!!!', '=', '==', ' ', '\n', '.', 'A', 'é'].flatMap((more) => [
    token + more,
    more + token,
  ])
  // The last character of 16 or 64 bytes in base64url has bits that decode to nothing.
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = [...alphabet].map((character) => token.slice(0, -1) + character)
  return [...places, ...ends, ...last, token.replaceAll('-', '+').replaceAll('_', '/')].filter(
    (altered) => altered !== token,
  )
}

describe.each(Object.entries(kinds))('%s', (_, make) => {
  test('is taken as it was written, and in no other text', async () => {
    const { token, takes } = await make()
    const wrong: string[] = []
    for (const altered of alterations(token)) if (await takes(altered)) wrong.push(altered)
    expect(wrong).toEqual([])
    expect(await takes(token)).toBe(true)
  })
})
