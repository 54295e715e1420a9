import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { AccountStub } from '../../../actors/reach.ts'
import { carryInstallation } from '../../../cli/adopt/carry_over.ts'
import type { Db } from '../../../database/database.ts'
import { linkAccount } from '../../../database/flow/device.ts'
import { commitGroup } from '../../../database/group_commit.ts'
import { listPdsAccounts, type PdsAccount } from '../../../database/import/pds_accounts.ts'
import { databasePath } from '../../../database/paths.ts'
import { startGateway } from '../../../gateway/server.ts'
import { type AppInProcess, startApp } from '../../../lab/world/app/app.ts'
import { freePort } from '../../../lab/world/loopback.ts'
import { makePdsHome, type Pds, type PdsHome, startPds } from '../../../lab/world/servers/pds.ts'
import { startPlc } from '../../../lab/world/servers/plc.ts'
import { startTogether } from '../../../lab/world/together.ts'
import { makeVestibuleIdentity } from '../../../lab/world/vestibule/vestibule.ts'

/** The application in the place of a stock PDS, which stands behind it now. */
export type CarriedWorld = {
  /** Of the PDS before, and of the application since. */
  url: string
  did: string
  home: PdsHome
  app: AppInProcess
  /** What the PDS had: its account database. */
  theirs: Db
  account(did: string): AccountStub
  /** Its database, to look at and to change. */
  db(did: string): Db
  /** Has an account begin anew, as it was carried over. */
  begin(did: string): Promise<void>
  close(): Promise<void>
}

/** @param fill signs people in at the PDS, while it is its own authorization server */
export async function startCarriedWorld(fill: (pds: Pds) => Promise<void>): Promise<CarriedWorld> {
  return startTogether('A world with sessions of before', async (keep) => {
    const plc = keep(await startPlc())
    const home = await makePdsHome()
    keep({ close: home.folder.remove })
    const before = await startPds({ plcUrl: plc.url, home })
    await fill(before).finally(before.close)
    const { url, did } = before

    const { jwtKeys } = await makeVestibuleIdentity()
    const plcRotationKeys = home.rotationKeys
    const pds = keep(
      await startPds({
        plcUrl: plc.url,
        home: { ...home, port: await freePort() },
        publicUrl: url,
        entryway: { url, did, jwtKeys, plcRotationKeys },
      }),
    )
    const app = await startApp({
      env: {
        ENTRYWAY_PUBLIC_URL: url,
        ENTRYWAY_DID: did,
        ENTRYWAY_PLC_URL: plc.url,
        ENTRYWAY_JWT_KEY_HEX: jwtKeys.privateHex,
        ENTRYWAY_PLC_ROTATION_KEY_HEX: plcRotationKeys.privateHex,
        ENTRYWAY_RATE_LIMITS: 'off',
      },
    })
    keep(app)
    const { address, adminPassword } = pds
    await app.actors.directory.addPds({ did, url, address, adminPassword })
    await app.app.refreshPdses()

    const theirs = new Sqlite(join(home.folder.path, 'account.sqlite'))
    keep({ close: async () => void theirs.close() })
    const accounts = listPdsAccounts(theirs, { sessions: true })
    const { settings, secrets } = app.runner
    carryInstallation({ pds: theirs, jwtSecret: home.jwtSecret, settings, secrets })
    for (const account of accounts) await carry(app, account, did)

    const { port } = home
    const where = { host: '127.0.0.1', port, trustedProxies: [], publicUrl: url, name: 'here' }
    const gateway = await startGateway(where, app.auth, app.runner.log)
    keep({ close: gateway.stop })
    const dbs = new Map<string, Db>()
    keep({ close: async () => dbs.forEach((db) => void db.close()) })
    return {
      url,
      did,
      home,
      app,
      theirs,
      account: app.actors.account,
      db: (of) => {
        const db = dbs.get(of) ?? new Sqlite(databasePath.account(settings, of))
        dbs.set(of, db)
        return db
      },
      begin: async (of) => {
        await app.actors.account(of).erase()
        await carry(app, accounts.find((one) => one.did === of) as PdsAccount, did)
      },
    }
  })
}

async function carry(app: AppInProcess, account: PdsAccount, pdsDid: string): Promise<void> {
  const { actors, flow } = app
  const { did, handle, email, createdAt, sessions } = account
  await actors.account(did).import({ ...account, pdsDid })
  for (const { deviceId } of sessions?.devices ?? []) linkAccount(flow, deviceId, did)
  commitGroup(flow)
  if (await actors.directory.find(did)) return
  await actors.directory.importEntry({ did, handle, email, pdsDid, createdAt })
}
