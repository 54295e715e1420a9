import { afterAll, beforeAll, expect, test } from 'vitest'
import { grant, signIn } from '../../lab/clients/browser_steps.ts'
import {
  headlessSignIn,
  headlessSignUp,
  newCredentials,
} from '../../lab/clients/headless_sign_in.ts'
import { finishLogin, startLogin } from '../../lab/clients/oauth_session.ts'
import { expectSessionLife } from '../../lab/clients/session_life.ts'
import { startWaitingServer, type WaitingServer } from '../../lab/clients/waiting_server.ts'
import { sharedBrowser } from '../shared/browser.ts'
import { sharedNetwork } from '../shared/network.ts'

const scope = 'atproto transition:generic'
const [anna, bert] = [newCredentials('anna'), newCredentials('bert')]
const network = sharedNetwork()
const browser = sharedBrowser()
let server: WaitingServer
let dids: { anna: string; bert: string }

beforeAll(async () => {
  server = await startWaitingServer(network.pds.url, scope)
  dids = {
    anna: await headlessSignUp(network.url, anna),
    bert: await headlessSignUp(network.url, bert),
  }
})
afterAll(async () => {
  await server?.close()
})

test('two logins that wait at once each get the person who completed them', async () => {
  const [first, second] = [await server.begin(), await server.begin()]
  expect([first.nonceChallenges, second.nonceChallenges]).toEqual([1, 1])

  const annasPage = await (await browser.newContext()).newPage()
  const bertsPage = await (await browser.newContext()).newPage()
  await annasPage.goto(first.url)
  await bertsPage.goto(second.url)
  await signIn(bertsPage, bert)
  await signIn(annasPage, anna)
  await grant(bertsPage)
  await bertsPage.getByText('You may close this window.').waitFor()
  await grant(annasPage)
  await annasPage.getByText('You may close this window.').waitFor()

  const [annas, berts] = [await first.session, await second.session]
  expect(annas.did).toBe(dids.anna)
  expect(berts.did).toBe(dids.bert)
  await expectSessionLife(server.app, annas)
  await expectSessionLife(server.app, berts)
})

test("one login's code cannot be redeemed by another", async () => {
  const [annas, berts] = [await startLogin(server.app), await startLogin(server.app)]
  const callback = await headlessSignIn(annas.url, anna)

  await expect(finishLogin(server.app, berts, callback)).rejects.toThrow(/state/)
  await expect(
    finishLogin(server.app, { ...berts, state: annas.state }, callback),
  ).rejects.toMatchObject({ error: 'invalid_grant' })

  const bertsCallback = await headlessSignIn(berts.url, bert)
  expect((await finishLogin(server.app, berts, bertsCallback)).did).toBe(dids.bert)
})
