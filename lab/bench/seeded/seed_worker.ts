import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { calculateJwkThumbprint } from 'jose'
import { loadSecrets } from '../../../base/secrets/secrets.ts'
import { readSettings } from '../../../base/settings/settings.ts'
import { eraseAccount, insertAccount } from '../../../database/account/profile.ts'
import { accountSchema } from '../../../database/account/schema.ts'
import { createSession } from '../../../database/account/session.ts'
import { openDatabase, transact } from '../../../database/database.ts'
import { databasePath } from '../../../database/paths.ts'
import { writeRefreshToken } from '../../../tokens/refresh_token.ts'
import type { BenchClient } from '../../clients/lean_client.ts'
import { seededAccount } from '../../world/app/seed_directory.ts'

/** Numbers of accounts, without `to`. */
export type SeedShare = { from: number; to: number }

type Given = {
  env: Record<string, string | undefined>
  client: Pick<BenchClient, 'clientId' | 'redirectUri' | 'scope' | 'jwk'>
  passwordScrypt: string
}

const SESSIONS = 2

/** Where the header of a database says that it has a log (https://www.sqlite.org/fileformat.html#file_format_version_numbers). */
const VERSIONS = { at: 18, withLog: 2 }

const { env, client, passwordScrypt } = workerData as Given
const settings = readSettings(env)
const { refreshTokenSecret } = await loadSecrets(settings)
const pdsDid = settings.pds?.did ?? ''
const parameters = JSON.stringify({
  client_id: client.clientId,
  response_type: 'code',
  redirect_uri: client.redirectUri,
  scope: client.scope,
  dpop_jkt: await calculateJwkThumbprint(client.jwk),
})

// In memory: to make a file and a log of it anew each time takes ten times as long.
const db = openDatabase(':memory:', accountSchema)
// The tables that come with their first rows stay.
fill(0)
eraseAccount(db)

/** Those that are there. */
const folders = new Set<string>()

parentPort?.on('message', ({ from, to }: SeedShare) => {
  parentPort?.postMessage(Array.from({ length: to - from }, (_, i) => write(from + i)))
})

/** Writes the database of an account. @returns a live refresh token of it */
function write(number: number): string {
  const path = databasePath.account(settings, seededAccount(number).did)
  makeFolder(dirname(path))
  const [token = ''] = fill(number)
  const file = db.serialize()
  file.fill(VERSIONS.withLog, VERSIONS.at, VERSIONS.at + 2)
  writeFileSync(path, file, { mode: 0o600 })
  eraseAccount(db)
  return token
}

function makeFolder(path: string): void {
  if (folders.has(path)) return
  mkdirSync(path, { recursive: true, mode: 0o700 })
  folders.add(path)
}

function fill(number: number): string[] {
  const account = seededAccount(number)
  const { did } = account
  const now = Date.now()
  return transact(db, () => {
    insertAccount(db, { ...account, passwordScrypt, pdsDid })
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
      return writeRefreshToken({ secret, sessionId: sessionId as string, did }, refreshTokenSecret)
    })
  })
}
