import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SingleBar } from 'cli-progress'
import { calculateJwkThumbprint } from 'jose'
import { loadSecrets } from '../../base/secrets.ts'
import { readSettings } from '../../base/settings.ts'
import { insertAccount } from '../../database/account/profile.ts'
import { accountSchema } from '../../database/account/schema.ts'
import { createSession } from '../../database/account/session.ts'
import { closeDatabase, openDatabase, transact } from '../../database/database.ts'
import { insertEntry } from '../../database/directory/account.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { databasePath } from '../../database/paths.ts'
import { hashPassword } from '../../passwords/scrypt.ts'
import { writeRefreshToken } from '../../tokens/refresh_token.ts'
import type { BenchClient } from '../clients/lean_client.ts'

const SESSIONS = 2

/**
 * Fills a data directory with accounts, two sessions each, in the databases that the program
 * itself would write. The sessions belong to `client`. Nothing waits for the disk: should the
 * machine fail meanwhile, all is made anew.
 *
 * @param env the settings of the program that will run on them
 * @returns one live refresh token of each account
 */
export async function seed(
  env: Record<string, string | undefined>,
  client: BenchClient,
  count: number,
): Promise<string[]> {
  const settings = readSettings(env)
  const secrets = await loadSecrets(settings)
  const pdsDid = settings.pds?.did ?? ''
  const passwordScrypt = await hashPassword('the same for all of them')
  const parameters = JSON.stringify({
    client_id: client.clientId,
    response_type: 'code',
    redirect_uri: client.redirectUri,
    scope: client.scope,
    dpop_jkt: await calculateJwkThumbprint(client.jwk),
  })
  const directory = openDatabase(databasePath.directory(settings), directorySchema, 'program')
  const empty = makeEmptyAccount(settings.dataDir)
  const bar = new SingleBar({ format: '{value}/{total} accounts {bar} {eta_formatted}' })
  bar.start(count, 0)
  const tokens = Array.from({ length: count }, (_, i) => {
    const did = `did:plc:${randomDidSuffix()}`
    const names = { handle: `seeded-${i}.test`, email: `seeded-${i}@mail.vestibule.internal` }
    const path = databasePath.account(settings, did)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    copyFileSync(empty, path)
    const db = openDatabase(path, accountSchema, 'program')
    const now = Date.now()
    const refreshTokens = transact(db, () => {
      insertAccount(db, { did, ...names, passwordScrypt, pdsDid })
      return Array.from({ length: SESSIONS }, () => {
        const secret = `ref-${randomBytes(32).toString('hex')}`
        const sessionId = createSession(db, {
          tokenId: `tok-${randomBytes(16).toString('hex')}`,
          createdAt: now,
          updatedAt: now,
          expiresAt: now + 900_000,
          clientId: client.clientId,
          clientAuth: JSON.stringify({ method: 'none' }),
          deviceId: null,
          parameters,
          scope: client.scope,
          code: null,
          refreshToken: secret,
        })
        const parts = { secret, sessionId: sessionId as string, did }
        return writeRefreshToken(parts, secrets.refreshTokenSecret)
      })
    })
    closeDatabase(db)
    insertEntry(directory, { did, ...names, pdsDid, createdAt: now })
    if (i % 100 === 0) bar.update(i)
    return refreshTokens[0] as string
  })
  bar.update(count)
  bar.stop()
  closeDatabase(directory)
  rmSync(empty)
  return tokens
}

/** A database with the schema of an account, to be copied: to make one anew takes longer. */
function makeEmptyAccount(folder: string): string {
  const path = join(folder, 'empty.sqlite')
  closeDatabase(openDatabase(path, accountSchema))
  return path
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

function randomDidSuffix(): string {
  return Array.from(randomBytes(24), (byte) => BASE32[byte % 32]).join('')
}
