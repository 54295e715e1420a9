import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportJWK, importJWK, type JWK, type KeyLike } from 'jose'
import { accountSchema } from '../../../database/account/schema.ts'
import { closeDatabase, openDatabase } from '../../../database/database.ts'
import { databasePath } from '../../../database/paths.ts'
import { type BenchClient, newClient, newKey } from '../../clients/lean_client.ts'
import { seededAccount } from '../../world/app/seed_directory.ts'
import { makeTemporaryFolder } from '../../world/temporary_folder.ts'
import { seed } from './seed.ts'

/** The PDS of seeded accounts, which is never asked. */
export const SEEDED_PDS = {
  url: 'http://localhost:1',
  did: 'did:web:localhost%3A1',
  adminPassword: 'unused',
}

/** Accounts in a data directory, and what it takes to be a client of theirs. */
export type KeptSeed = {
  dataDir: string
  dpopSecretHex: string
  keys: Pick<BenchClient, 'key' | 'jwk'>
  /** A live refresh token of each account, to be kept up to date. */
  tokens: string[]
  /**
   * Brings these accounts to the newest schema, where they were seeded by an earlier version: what that takes is
   * not what is measured. To be called while they are asleep.
   */
  bringUpToDate(numbers: readonly number[]): void
  /** To be called when nothing works on the data any more. */
  close(): Promise<void>
}

/** `schemaVersion` is that of the accounts. */
type Named = { dpopSecretHex: string; privateJwk: JWK; schemaVersion: number }

const NEWEST = accountSchema.steps.length

/**
 * Accounts that were seeded, now or before.
 *
 * @param kept a folder in which each number of accounts is kept from one measurement to the next; without, they go
 */
export async function seeded(count: number, kept?: string): Promise<KeptSeed> {
  const temporary = kept === undefined ? await makeTemporaryFolder('seeded') : null
  const folder = temporary?.path ?? join(kept as string, String(count))
  const at = {
    data: join(folder, 'data'),
    named: join(folder, 'seed.json'),
    tokens: join(folder, 'tokens'),
  }
  if (!existsSync(at.named)) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(at.data, { recursive: true, mode: 0o700 })
    const { key, jwk } = await newKey()
    const dpopSecretHex = randomBytes(32).toString('hex')
    const env = {
      ENTRYWAY_DEV: '1',
      ENTRYWAY_DATA_DIR: at.data,
      ENTRYWAY_DPOP_SECRET_HEX: dpopSecretHex,
      ENTRYWAY_PDS_URL: SEEDED_PDS.url,
      ENTRYWAY_PDS_DID: SEEDED_PDS.did,
      ENTRYWAY_PDS_ADMIN_PASSWORD: SEEDED_PDS.adminPassword,
    }
    const tokens = await seed(env, { ...newClient(), jwk }, count)
    keepTokens(at.tokens, tokens)
    const privateJwk = await exportJWK(key)
    const named: Named = { dpopSecretHex, privateJwk, schemaVersion: NEWEST }
    writeFileSync(at.named, JSON.stringify(named), { mode: 0o600 })
  }
  const named = JSON.parse(readFileSync(at.named, 'utf8')) as Named
  const { dpopSecretHex, privateJwk, schemaVersion } = named
  const tokens = readFileSync(at.tokens, 'latin1').trimEnd().split('\n')
  const { d: _, ...jwk } = privateJwk
  return {
    dataDir: at.data,
    dpopSecretHex,
    keys: { key: (await importJWK(privateJwk, 'ES256')) as KeyLike, jwk },
    tokens,
    bringUpToDate(numbers) {
      if (schemaVersion === NEWEST) return
      for (const number of numbers) {
        const path = databasePath.account({ dataDir: at.data }, seededAccount(number).did)
        closeDatabase(openDatabase(path, accountSchema, 'program'))
      }
    },
    close: async () => {
      if (temporary === null) keepTokens(at.tokens, tokens)
      else await temporary.remove()
    },
  }
}

/** As a whole: a token that is one behind ends its session. */
function keepTokens(path: string, tokens: string[]): void {
  writeFileSync(`${path}.new`, `${tokens.join('\n')}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
