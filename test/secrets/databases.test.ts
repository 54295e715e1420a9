import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AtpAgent } from '@atproto/api'
import Sqlite from 'better-sqlite3'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databasePath } from '../../database/paths.ts'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import {
  Attacker,
  newPerson,
  type Person,
  refreshed,
  type Session,
} from '../shared/people/attacker.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

/**
 * What the databases hold after everything was done that makes a secret: none of them in the clear,
 * so that a copy of the databases without `secrets/` opens nothing.
 */
let network: Network
let kim: Person
let attacker: Attacker
let session: Session
/** Everything that opens something as it stands, by its name. */
const secrets = new Map<string, string>()

const operator = () => ({
  headers: {
    authorization: `Basic ${Buffer.from(`admin:${network.vestibule.adminPassword}`).toString('base64')}`,
  },
  encoding: 'application/json' as const,
})
const cookieOf = ({ browser }: Person, name: string) =>
  browser.cookies().find(([given]) => given === name)?.[1] ?? ''

beforeAll(async () => {
  network = await startNetwork()
  attacker = new Attacker(network)
  kim = await newPerson(network, 'secretive')
  const { env, adminPassword } = network.vestibule
  secrets.set('admin password', adminPassword)
  secrets.set('admin password of the PDS', network.pds.adminPassword)
  for (const name of ['JWT_KEY', 'PLC_ROTATION_KEY', 'DPOP_SECRET']) {
    secrets.set(name, env[`ENTRYWAY_${name}_HEX`] ?? '')
  }
  secrets.set('password', kim.password)
  secrets.set('session of the browser', cookieOf(kim, 'ses-id'))

  const api = new AtpAgent({ service: network.url })
  const { data: invite } = await api.com.atproto.server.createInviteCode(
    { useCount: 2 },
    operator(),
  )
  secrets.set('invite code', invite.code)
  const lee = { ...newCredentials('invited'), inviteCode: invite.code }
  await api.createAccount(lee)
  secrets.set('access JWT', api.session?.accessJwt ?? '')
  secrets.set('refresh JWT', api.session?.refreshJwt ?? '')
  const { data: app } = await api.com.atproto.server.createAppPassword({ name: 'app' })
  secrets.set('app password', app.password)
  for (const [name, ask] of Object.entries({
    reset: () => api.com.atproto.server.requestPasswordReset({ email: lee.email }),
    confirmation: () => api.com.atproto.server.requestEmailConfirmation(),
    deletion: () => api.com.atproto.server.requestAccountDelete(),
    'PLC operation': () => api.com.atproto.identity.requestPlcOperationSignature(),
  })) {
    secrets.set(`code of a ${name}`, (await codeSentBy(network.smtp, lee.email, ask)).code)
  }

  const grant = await attacker.grant(kim)
  secrets.set('authorization code', grant.code)
  const first = await attacker.signIn(kim)
  session = await refreshed(attacker, first)
  for (const [name, { accessToken, refreshToken }] of Object.entries({ first, session })) {
    secrets.set(`access token, ${name}`, accessToken)
    secrets.set(`refresh token, ${name}`, refreshToken)
    secrets.set(`secret of the refresh token, ${name}`, refreshToken.split('.')[0] as string)
  }
})
afterAll(() => network?.close())

/** The bytes of every file of the data folder, with what is still in logs and free pages. */
function readAll(path = network.vestibule.dataDir): [name: string, bytes: Buffer][] {
  return readdirSync(path).flatMap((name) => {
    const file = join(path, name)
    return statSync(file).isDirectory()
      ? readAll(file)
      : [[file, readFileSync(file)] as [string, Buffer]]
  })
}

test('no database holds in the clear what opens something', async () => {
  expect([...secrets].filter(([, value]) => value.length < 8)).toEqual([])
  const files = readAll()
  expect(files.length).toBeGreaterThan(4)
  const found = [...secrets].flatMap(([name, value]) =>
    files.filter(([, bytes]) => bytes.includes(value)).map(([file]) => `${name} in ${file}`),
  )
  expect(found).toEqual([])
  expect(await attacker.refresh(session)).toMatchObject({ status: 200 })
})

test('the id of a device alone gives no session, not even a moment after a rotation', async () => {
  const deviceGivenBy = async (sessionId: string) => {
    const { headers, body } = await request(`${network.url}/account`, {
      headers: {
        cookie: `dev-id=${device}; ses-id=${sessionId}`,
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
        'sec-fetch-site': 'none',
        'user-agent': 'another, so that the session is rotated',
      },
    })
    await body.dump()
    const given = [headers['set-cookie']].flat().join()
    const cookie = (name: string) => given.match(new RegExp(`${name}=([^;]+)`))?.[1]
    return { device: cookie('dev-id'), session: cookie('ses-id') }
  }
  const lee = await newPerson(network, 'rotated')
  const [device, session] = [cookieOf(lee, 'dev-id'), cookieOf(lee, 'ses-id')]
  const rotated = await deviceGivenBy(session)
  expect(rotated.device).toBe(device)
  expect(rotated.session).not.toBe(session)
  // What comes at once goes on with its own, and is given none.
  expect((await deviceGivenBy(session)).device ?? device).toBe(device)
  expect((await deviceGivenBy(`ses-${'0'.repeat(32)}`)).device).not.toBe(device)
})

test('what an earlier version kept in the clear is sealed at the next start, and works as before', async () => {
  const { vestibule } = network
  await vestibule.stop()
  const invite = secrets.get('invite code') as string
  const change = (path: string, sql: string, ...values: string[]) => {
    const db = new Sqlite(path)
    db.pragma('foreign_keys = OFF')
    expect(db.prepare(sql).run(...values).changes).toBeGreaterThan(0)
    db.close()
  }
  const directory = databasePath.directory(vestibule)
  change(directory, 'UPDATE pds SET admin_password = ?', 'in the clear')
  change(directory, 'UPDATE invite_code SET code = ?', invite)
  change(directory, 'UPDATE invite_use SET code = ?', invite)
  const ofDevice = 'UPDATE device SET session_id = ? WHERE id = ?'
  const flow = databasePath.auth(vestibule, '0')
  change(flow, ofDevice, cookieOf(kim, 'ses-id'), cookieOf(kim, 'dev-id'))
  expect(readAll().filter(([, bytes]) => bytes.includes(invite))).not.toEqual([])

  await vestibule.start()
  for (const value of ['in the clear', invite, cookieOf(kim, 'ses-id')]) {
    expect(readAll().filter(([, bytes]) => bytes.includes(value))).toEqual([])
  }
  const [account] = await kim.browser.readApi<{ account: { did: string } }[]>(
    `${network.url}/account`,
    'device-sessions',
  )
  expect(account).toMatchObject({ account: { did: kim.did } })
  const api = new AtpAgent({ service: network.url })
  await api.createAccount({ ...newCredentials('invited'), inviteCode: invite })
  const own = new AtpAgent({ service: network.url })
  const { data } = await own.com.atproto.admin.getInviteCodes({}, operator())
  expect(data.codes).toMatchObject([{ code: invite, uses: [{}, {}] }])
})

test('with another secret browsers and invite codes end, and people sign in as before', async () => {
  const { vestibule } = network
  const { ENTRYWAY_DPOP_SECRET_HEX: before } = vestibule.env
  await vestibule.stop()
  vestibule.env.ENTRYWAY_DPOP_SECRET_HEX = 'ab'.repeat(32)
  try {
    await vestibule.start()
    const sessions = await kim.browser.readApi<unknown[]>(
      `${network.url}/account`,
      'device-sessions',
    )
    expect(sessions).toEqual([])
    const api = new AtpAgent({ service: network.url })
    const { data } = await api.com.atproto.admin.getInviteCodes({}, operator())
    expect(data.codes).toEqual([])
    await api.login({ identifier: kim.handle, password: kim.password })
  } finally {
    await vestibule.stop()
    vestibule.env.ENTRYWAY_DPOP_SECRET_HEX = before
  }
})
