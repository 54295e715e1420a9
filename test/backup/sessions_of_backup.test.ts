import { join } from 'node:path'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { backUp } from '../../maintenance/backup/backup.ts'
import { restore } from '../../maintenance/restore.ts'
import { keptLog } from '../shared/logged.ts'
import { Attacker, refreshed, SCOPE, type Session } from '../shared/people/attacker.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { fetchOf } from '../sign_in/fetch_of.ts'
import { signInOnPage, signInToApp } from '../sign_in/oauth_session.ts'

/** Apps that refreshed after a backup have tokens that are known no more where it is restored: nobody has stolen them. */
const alice = { handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD }
const CALLBACK = 'http://127.0.0.1/callback'
const INVALID_GRANT = { status: 400, body: { error: 'invalid_grant' } }
const kept = keptLog()
let home: TemporaryFolder
let made: AppInProcess
let app: AppInProcess
let did: string
let secret: string | null
/** Of sessions at the time of the backup. */
let sessions: { busy: Session; calm: Session; openid: string }
/** Of those that went on after it. */
let later: { busy: Session; openid: string }

const clientOf = (of: AppInProcess) =>
  new Attacker(
    { url: of.runner.settings.publicUrl, fetch: fetchOf(of) },
    { clientId: loopbackClientId(CALLBACK, SCOPE), redirectUri: CALLBACK },
  )

const refreshTwice = async (client: Attacker, session: Session) =>
  refreshed(client, await refreshed(client, session))

async function openidSession(config: oidc.Configuration): Promise<string> {
  const visitor = new Visitor(made)
  const begun = await rp.begin(config)
  const consent = await rp.signIn(visitor, await rp.open(visitor, begun))
  return (await rp.exchange(config, begun, await rp.allow(visitor, consent))).refresh_token ?? ''
}

beforeAll(async () => {
  home = await makeTemporaryFolder('sessions-of-backup')
  made = await startApp()
  did = await made.addAccount(alice)
  secret = await rp.register(made)
  const client = clientOf(made)
  const visitor = new Visitor(made)
  await signInOnPage(visitor, alice)
  const config = await rp.discover(made, secret)
  sessions = {
    busy: await refreshTwice(client, await signInToApp(visitor, client, did)),
    calm: await signInToApp(visitor, client, did),
    openid: await openidSession(config),
  }
  const folder = join(home.path, 'backup')
  await backUp({ dataDir: made.runner.settings.dataDir, folder, withSecrets: true })
  const second = (await oidc.refreshTokenGrant(config, sessions.openid)).refresh_token ?? ''
  later = {
    busy: await refreshTwice(client, sessions.busy),
    openid: (await oidc.refreshTokenGrant(config, second)).refresh_token ?? '',
  }
  const dataDir = join(home.path, 'restored')
  await restore({ folder, dataDir })
  app = await startApp({ log: kept.log, env: { ENTRYWAY_DATA_DIR: dataDir } })
})
afterAll(async () => {
  await app?.close()
  await made?.close()
  await home?.remove()
})

const alarms = async () => {
  const trail = await app.actors.account(did).listAudit(100)
  return trail.filter(({ event }) => event === 'refresh_token_reused').length
}

test('an app that refreshed after it is signed out, and nobody is told of a theft', async () => {
  const client = clientOf(app)
  expect(await client.refresh(later.busy)).toMatchObject(INVALID_GRANT)
  expect(await client.refresh(sessions.busy)).toMatchObject(INVALID_GRANT)
  expect(await alarms()).toBe(0)
})

test('nor is anybody told of an OpenID client', async () => {
  const config = await rp.discover(app, secret)
  for (const token of [later.openid, sessions.openid]) {
    await expect(oidc.refreshTokenGrant(config, token)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  }
  expect(await alarms()).toBe(0)
  const lines = kept.lines().filter(({ event }) => event === 'refresh_refused')
  expect(lines.map(({ reason }) => reason)).toEqual(['ended', 'ended', 'ended', 'ended'])
  expect(await app.readMails()).toEqual([])
})

test('one that did not goes on, and what is used twice from then on is told', async () => {
  const client = clientOf(app)
  const newest = await refreshTwice(client, sessions.calm)
  expect(await client.refresh(sessions.calm)).toMatchObject(INVALID_GRANT)
  expect(await client.refresh(newest)).toMatchObject(INVALID_GRANT)
  expect(await alarms()).toBe(1)
})
