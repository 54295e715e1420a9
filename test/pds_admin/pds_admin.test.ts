import { AtpAgent } from '@atproto/api'
import { type Keypair, Secp256k1Keypair } from '@atproto/crypto'
import { Client } from '@did-plc/lib'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { loadSecrets } from '../../base/secrets/secrets.ts'
import { readSettings } from '../../base/settings/settings.ts'
import { connectOperator, type Operator } from '../../cli/operator/client.ts'
import { newHeadlessBrowser } from '../../lab/clients/headless_browser.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'
import { runCliHere } from '../../lab/world/vestibule/cli_here.ts'
import { Attacker, newPerson, type Person } from '../shared/people/attacker.ts'

/** What the admin of a PDS does there directly: the PDS does not tell the entryway. */
let network: Network
let operator: Operator
let rotationKey: Keypair
beforeAll(async () => {
  network = await startNetwork({ env: { ENTRYWAY_RATE_LIMITS: 'off' } })
  const settings = readSettings(network.vestibule.env)
  const secrets = await loadSecrets(settings)
  rotationKey = secrets.plcRotationKey
  operator = connectOperator({ settings, secrets })
})
afterAll(() => network?.close())

const compare = () => operator('account/compare', {})
const show = ({ did }: Person) => operator('account/show', { account: did })
const takeDownHere = ({ did }: Person, ref: string | null) =>
  operator('account/take-down', { account: did, ...(ref === null ? { lift: true } : { ref }) })

const atPds = () => new AtpAgent({ service: network.pds.url }).com.atproto.admin
const asPdsAdmin = () => ({
  headers: {
    authorization: `Basic ${Buffer.from(`admin:${network.pds.adminPassword}`).toString('base64')}`,
  },
  encoding: 'application/json' as const,
})
const subject = ({ did }: Person) => ({ $type: 'com.atproto.admin.defs#repoRef' as const, did })
const takeDown = (person: Person, applied = true) =>
  atPds().updateSubjectStatus(
    { subject: subject(person), takedown: { applied, ref: 'by the PDS' } },
    asPdsAdmin(),
  )
const deactivate = (person: Person, applied = true) =>
  atPds().updateSubjectStatus({ subject: subject(person), deactivated: { applied } }, asPdsAdmin())

const signIn = ({ handle, password }: Person) =>
  new AtpAgent({ service: network.url }).login({ identifier: handle, password })
const signInOnPage = ({ handle, password }: Person) =>
  newHeadlessBrowser(network.url).callApi(`${network.url}/account`, 'sign-in', {
    locale: 'en',
    username: handle,
    password,
  })
const isOut = async (person: Person) => {
  await expect(signIn(person)).rejects.toThrow('Account has been taken down')
  await expect(signInOnPage(person)).rejects.toThrow('Account was taken down')
}

test('a takedown there is one here, with all that is signed in; lifted there, lifted here', async () => {
  const [kim, lee] = [await newPerson(network, 'pdskim'), await newPerson(network, 'pdslee')]
  const app = new Attacker(network)
  const [session, bystander] = [await app.signIn(kim), await app.signIn(lee)]
  const agent = new AtpAgent({ service: network.url })
  await agent.login({ identifier: kim.handle, password: kim.password })
  const post = () => agent.com.atproto.repo.createRecord(newPost(kim.did, 'hello'))
  await post()
  await takeDown(kim)
  await expect(post()).rejects.toThrow('Account has been taken down')
  expect(await compare()).toMatchObject({
    differences: [{ did: kim.did, found: 'taken down as on its PDS', mend: null }],
  })
  await isOut(kim)
  expect(await app.refresh(session)).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  })
  expect(await show(kim)).toMatchObject({ takedownRef: 'by the PDS' })
  expect(await app.refresh(bystander)).toMatchObject({ status: 200 })
  expect((await compare()).differences).toEqual([])

  await takeDown(kim, false)
  expect(await compare()).toMatchObject({
    differences: [{ did: kim.did, found: 'takedown lifted as on its PDS', mend: null }],
  })
  await signIn(kim)
  await signInOnPage(kim)
})

test('the program looks by itself, and remembers over restarts', async () => {
  const kim = await newPerson(network, 'pdskim')
  await takeDown(kim)
  await network.vestibule.restart()
  await vi.waitFor(() => isOut(kim), { timeout: 60_000 })

  await network.vestibule.stop()
  await takeDown(kim, false)
  await network.vestibule.start()
  await vi.waitFor(() => signIn(kim), { timeout: 60_000 })
  expect((await compare()).differences).toEqual([])
})

test('a takedown that began here is not lifted by the PDS', async () => {
  const kim = await newPerson(network, 'pdskim')
  await takeDownHere(kim, 'spam')
  await takeDown(kim, false)
  const { exitCode, stdout } = await runCliHere(network.vestibule.env, ['account', 'compare'])
  expect(exitCode).toBe(1)
  expect(stdout).toContain(`${kim.handle}: taken down here, but not on its PDS`)
  expect(stdout).toContain(`vestibule account takedown ${kim.did}, with --lift`)
  await isOut(kim)

  await takeDownHere(kim, null)
  expect((await compare()).differences).toEqual([])
  await signIn(kim)
})

test('who was taken down there and then here, too, stays so when only the PDS lifts it', async () => {
  const kim = await newPerson(network, 'pdskim')
  await takeDown(kim)
  await compare()
  await takeDownHere(kim, 'by the PDS')
  await takeDown(kim, false)
  await compare()
  await isOut(kim)
  await takeDownHere(kim, null)
  await signIn(kim)
})

test('an entryway that cannot reach the PDS lifts nothing', async () => {
  const kim = await newPerson(network, 'pdskim')
  await takeDownHere(kim, 'spam')
  network.pds.server.close()
  network.pds.server.closeAllConnections()
  await expect(takeDownHere(kim, null)).rejects.toThrow()
  const { differences } = await compare()
  expect(differences).toContainEqual(
    expect.objectContaining({ did: kim.did, found: expect.stringContaining('is unavailable') }),
  )
  network.pds.server.listen(Number(new URL(network.pds.url).port), '127.0.0.1')
  await isOut(kim)
  await takeDownHere(kim, null)
  await signIn(kim)
})

test('deactivated and activated there is so here, and nothing is lost', async () => {
  const kim = await newPerson(network, 'pdskim')
  const app = new Attacker(network)
  const session = await app.signIn(kim)
  await deactivate(kim)
  expect(await compare()).toMatchObject({ differences: [{ found: 'deactivated as on its PDS' }] })
  expect((await show(kim)).deactivatedAt).not.toBeNull()
  await deactivate(kim, false)
  expect(await compare()).toMatchObject({ differences: [{ found: 'activated as on its PDS' }] })
  expect(await show(kim)).toMatchObject({ deactivatedAt: null })
  expect(await app.refresh(session)).toMatchObject({ status: 200 })
})

test('deleted there: it is said, and kept until the operator decides', async () => {
  const kim = await newPerson(network, 'pdskim')
  await atPds().deleteAccount({ did: kim.did }, asPdsAdmin())
  const { differences } = await compare()
  expect(differences).toMatchObject([{ did: kim.did, found: 'its PDS does not have it' }])
  expect(differences[0]?.mend).toContain(`vestibule account delete ${kim.did}`)
  await network.vestibule.restart()
  expect(await show(kim)).toMatchObject({ takedownRef: null })

  await operator('account/delete', { account: kim.did })
  expect((await compare()).differences).toEqual([])
})

test('a DID that names a former URL of the PDS is found, and names it again; who moved away is left', async () => {
  const plc = new Client(network.plc.url)
  const pdsOf = async ({ did }: Person) =>
    (await plc.getDocumentData(did)).services.atproto_pds?.endpoint
  const namePds = ({ did }: Person) => operator('account/name-pds', { account: did })
  const found = async () => (await compare()).differences.map(({ did }) => did)
  const didCheck = async () =>
    (await operator('doctor', {})).checks.find(({ name }) => name === 'DIDs of accounts')
  const [kim, lee] = [await newPerson(network, 'pdskim'), await newPerson(network, 'pdslee')]
  expect(await found()).toEqual([])
  expect(await didCheck()).toMatchObject({ state: 'ok' })

  const former = 'https://pds.exmaple.com'
  await plc.updatePds(kim.did, rotationKey, former)
  await plc.updatePds(lee.did, rotationKey, 'https://pds.elsewhere.com')
  await plc.updateAtprotoKey(lee.did, rotationKey, (await Secp256k1Keypair.create()).did())
  expect((await compare()).differences).toContainEqual(
    expect.objectContaining({
      did: kim.did,
      found: `its DID names ${former}, not ${network.pds.url}`,
      mend: expect.stringContaining(`vestibule account name-pds ${kim.did}`),
    }),
  )
  expect((await found()).sort()).toEqual([kim.did, lee.did].sort())
  expect(await didCheck()).toMatchObject({ mend: expect.stringContaining('account compare') })

  await expect(namePds(lee)).rejects.toThrow('has moved to https://pds.elsewhere.com')
  expect(await pdsOf(lee)).toBe('https://pds.elsewhere.com')
  await operator('account/deactivate', { account: lee.did })
  for (const _ of ['once', 'once more']) {
    expect(await namePds(kim)).toMatchObject({ did: kim.did, pds: network.pds.url })
  }
  expect(await pdsOf(kim)).toBe(network.pds.url)
  expect(await found()).toEqual([])
  expect(await didCheck()).toMatchObject({ state: 'ok' })
})
