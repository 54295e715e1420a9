import { join } from 'node:path'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { until } from '../../lab/world/until.ts'
import { backUp } from '../../maintenance/backup/backup.ts'
import { restore } from '../../maintenance/restore.ts'
import * as rp from '../shared/people/relying_party.ts'
import { Visitor } from '../shared/people/visitor.ts'
import { type LogoutEndpoint, startLogoutEndpoint } from './logout_endpoint.ts'

/** What an ending left over is looked at soon. */
const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  SAGA_ABANDONED: 1,
  OPENID_LOGOUT_LOOK: 20,
}))

/** A backup that was made while people signed in to OpenID clients, and on which the program goes on. */
let home: TemporaryFolder
let folder: string
let made: AppInProcess
let endpoint: LogoutEndpoint
let config: oidc.Configuration
let sid: string
/** What was under way. */
let device: oidc.DeviceAuthorizationResponse
let pushed: URL

beforeAll(async () => {
  home = await makeTemporaryFolder('restored')
  folder = join(home.path, 'backup')
  made = await startApp()
  await made.addAccount({
    ...{ handle: 'alice.test', email: 'alice@mail.internal', password: rp.PASSWORD },
  })
  endpoint = await startLogoutEndpoint(made)
  const metadata = {
    grant_types: ['authorization_code', 'refresh_token', DEVICE_CODE],
    backchannel_logout_uri: endpoint.uri,
  }
  config = await rp.discover(made, await rp.register(made, { metadata }))
  const visitor = new Visitor(made)
  const begun = await rp.begin(config)
  const consent = await rp.signIn(visitor, await rp.open(visitor, begun))
  const tokens = await rp.exchange(config, begun, await rp.allow(visitor, consent))
  sid = String(tokens.claims()?.sid)
  pushed = await oidc.buildAuthorizationUrlWithPAR(
    config,
    (await rp.begin(config)).url.searchParams,
  )
  device = await oidc.initiateDeviceAuthorization(config, { scope: 'openid' })
  const page = await rp.follow(visitor, await visitor.open('/openid/device'))
  const question = await visitor.send(page, { user_code: device.user_code })
  await visitor.send(question, { decision: 'allow' })
  await backUp({ dataDir: made.runner.settings.dataDir, folder, withSecrets: true })
})
afterAll(async () => {
  await endpoint?.close()
  await made?.close()
  await home?.remove()
})

/** The application on what was restored. */
async function startRestored(name: string, signOut: boolean): Promise<AppInProcess> {
  const dataDir = join(home.path, name)
  await restore({ folder, dataDir, signOut })
  return startApp({ env: { ENTRYWAY_DATA_DIR: dataDir } })
}

test('nothing goes on that was under way', async () => {
  const { device_code } = device
  const take = () => oidc.genericGrantRequest(config, DEVICE_CODE, { device_code })
  const visit = (of: AppInProcess) => rp.open(new Visitor(of), { url: pushed })
  const app = await startRestored('under-way', false)
  try {
    config[oidc.customFetch] = rp.fetchFrom(app)
    await expect(take()).rejects.toMatchObject({ error: 'invalid_grant' })
    expect((await visit(app)).header('location')).toContain('error=invalid_request_uri')
  } finally {
    await app.close()
    config[oidc.customFetch] = rp.fetchFrom(made)
  }
  expect(await take()).toHaveProperty('access_token')
  expect((await visit(made)).title).toBe('Sign in')
})

test('clients are told of those whom the restore signs out', async () => {
  expect(endpoint.told).toEqual([])
  const app = await startRestored('signed-out', true)
  try {
    await until(() => endpoint.told.some((each) => each.sid === sid), 'it is not told')
  } finally {
    await app.close()
  }
})
