import { CARRIED_TOKEN_MEMORY, PDS_ACCESS_TOKEN } from '../../base/lifetimes.ts'
import type { Secrets } from '../../base/secrets/secrets.ts'
import type { Settings } from '../../base/settings/settings.ts'
import { closeDatabase, type Db, openDatabase, transact } from '../../database/database.ts'
import { insertSpentCode } from '../../database/flow/authorization_request.ts'
import { insertCarriedSecret, insertCarriedToken } from '../../database/flow/carried.ts'
import { insertDevice, linkAccount } from '../../database/flow/device.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { writeSpread } from '../../database/flow/spread.ts'
import {
  lastPdsRefreshJwt,
  listPdsDevices,
  listPdsRefreshTokens,
  listPdsSpentCodes,
} from '../../database/import/pds_sessions.ts'
import { partitionOf } from '../../database/partition.ts'
import { databasePath } from '../../database/paths.ts'
import { keepSealed } from '../../database/sealed_columns.ts'

export type CarryInput = {
  /** `account.sqlite` of the PDS, which does not run. */
  pds: Db
  /** Its `PDS_JWT_SECRET`. */
  jwtSecret: string
  /** `did` is the PDS's; no auth actor works on the data folder. */
  settings: Pick<Settings, 'dataDir' | 'did' | 'authActors' | 'directories'>
  secrets: Pick<Secrets, 'seal'>
}

/**
 * Puts into the databases of the auth actors what the sessions need that came with the accounts: whose
 * a refresh token of before is, the browsers, and the secret that the PDS signed its JWTs with.
 *
 * @returns how many of what there are
 */
export function carryInstallation(input: CarryInput): Record<string, number> {
  const now = Date.now()
  const devices = listPdsDevices(input.pds)
  let tokens = 0
  const { authActors } = input.settings
  for (let number = 0; number < authActors; number++) {
    const isIts = (id: string) => partitionOf(id, authActors) === number
    inFlow(input, number, (flow) => {
      if (number === 0) writeSpread(flow, input.settings)
      for (const { token, ...whose } of listPdsRefreshTokens(input.pds)) {
        if (!isIts(token)) continue
        insertCarriedToken(flow, { token, ...whose, expiresAt: now + CARRIED_TOKEN_MEMORY })
        tokens++
      }
      for (const { code, did, at } of listPdsSpentCodes(input.pds)) {
        if (isIts(code)) insertSpentCode(flow, code, did, at)
      }
      for (const { id, dids, ...device } of devices) {
        if (!isIts(id)) continue
        insertDevice(flow, id, device)
        for (const did of dids) linkAccount(flow, id, did)
      }
      if (isIts(input.settings.did)) carrySecret(flow, input, now)
    })
  }
  return { 'refresh tokens of apps': tokens, 'browsers with somebody signed in': devices.length }
}

/** Apps may show the last access tokens when they sign out, also where there is no refresh JWT. */
function carrySecret(flow: Db, { pds, jwtSecret, settings }: CarryInput, now: number): void {
  const expiresAt = Math.max(lastPdsRefreshJwt(pds) ?? 0, now + PDS_ACCESS_TOKEN)
  insertCarriedSecret(flow, { pdsDid: settings.did, secret: jwtSecret, expiresAt })
}

function inFlow({ settings, secrets }: CarryInput, number: number, work: (flow: Db) => void): void {
  const flow = openDatabase(databasePath.auth(settings, String(number)), flowSchema)
  try {
    keepSealed(flow, flowSchema, secrets.seal)
    transact(flow, () => work(flow))
  } finally {
    closeDatabase(flow)
  }
}
