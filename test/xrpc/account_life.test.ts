import { AtpAgent } from '@atproto/api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { type Pds, startPds } from '../../lab/world/servers/pds.ts'
import { sharedNetwork } from '../shared/network.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

/** What happens to an account here, its PDS is told. */
const network = sharedNetwork()
let stranger: Pds
beforeAll(async () => {
  stranger = await startPds({ plcUrl: network.plc.url })
})
afterAll(async () => {
  await stranger?.close()
})

const basic = (password: string) => ({
  headers: { authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` },
  encoding: 'application/json' as const,
})
const operator = () => basic(network.vestibule.adminPassword)
const statusAtPds = async (did: string) => {
  const pds = new AtpAgent({ service: network.pds.url })
  const { headers } = basic(network.pds.adminPassword)
  const { data } = await pds.com.atproto.admin.getSubjectStatus({ did }, { headers })
  return { takedown: data.takedown?.applied, deactivated: data.deactivated?.applied }
}

async function newAgent() {
  const person = newCredentials('lif')
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(person)
  return { agent, did: agent.assertDid, ...person }
}

test.each(['url', 'pds.url'] as const)('deactivated and activated at network.%s', async (at) => {
  const { agent, did } = await newAgent()
  const service = at === 'url' ? network.url : network.pds.url
  const there = new AtpAgent({ service })
  const headers = { authorization: `Bearer ${agent.session?.accessJwt}` }
  await there.com.atproto.server.deactivateAccount({}, { headers, encoding: 'application/json' })
  expect(await statusAtPds(did)).toEqual({ takedown: false, deactivated: true })
  const { data } = await agent.com.atproto.server.getSession()
  expect(data).toMatchObject({ active: false, status: 'deactivated' })
  await expect(agent.com.atproto.repo.createRecord(newPost(did, 'no'))).rejects.toThrow()

  await there.com.atproto.server.activateAccount(undefined, { headers })
  expect(await statusAtPds(did)).toEqual({ takedown: false, deactivated: false })
  await agent.com.atproto.repo.createRecord(newPost(did, 'back'))
})

test('taken down by the operator: no session lives on', async () => {
  const { agent, did, handle, password } = await newAgent()
  const api = new AtpAgent({ service: network.url }).com.atproto
  const subject = { $type: 'com.atproto.admin.defs#repoRef' as const, did }
  const takedown = (applied: boolean) =>
    api.admin.updateSubjectStatus({ subject, takedown: { applied, ref: 'spam' } }, operator())

  await takedown(true)
  expect(await statusAtPds(did)).toEqual({ takedown: true, deactivated: false })
  await expect(agent.sessionManager.refreshSession()).rejects.toThrow('taken down')
  const { data } = await api.server.createSession({
    identifier: handle,
    password,
    allowTakendown: true,
  })
  expect(data).toMatchObject({ active: false, status: 'takendown' })
  await expect(
    api.server.refreshSession(undefined, {
      headers: { authorization: `Bearer ${data.refreshJwt}` },
    }),
  ).rejects.toThrow('taken down')

  await takedown(false)
  expect(await statusAtPds(did)).toEqual({ takedown: false, deactivated: false })
  await agent.login({ identifier: handle, password })
  await agent.com.atproto.repo.createRecord(newPost(did, 'back'))
})

test.each(['by its owner', 'by the operator'])('deleted %s: gone everywhere', async (by) => {
  const { agent, did, email, password, handle } = await newAgent()
  const { com } = new AtpAgent({ service: network.url })
  if (by === 'by the operator') {
    await com.atproto.admin.deleteAccount({ did }, operator())
  } else {
    const { code, mail } = await codeSentBy(network.smtp, email, () =>
      agent.com.atproto.server.requestAccountDelete(),
    )
    expect(mail.subject).toBe('Delete your account')
    await com.atproto.server.deleteAccount({ did, password, token: code })
  }
  await expect(statusAtPds(did)).rejects.toThrow('Subject not found')
  await expect(com.atproto.identity.resolveHandle({ handle })).rejects.toThrow(
    'Unable to resolve handle',
  )
  const again = new AtpAgent({ service: network.url })
  await again.createAccount({ handle, email, password })
  expect(again.assertDid).not.toBe(did)
})

test("a PDS's admin password changes addresses and passwords, and nothing else", async () => {
  const { agent, did, handle } = await newAgent()
  const { admin } = new AtpAgent({ service: network.url }).com.atproto
  const set = (password: string) =>
    admin.updateAccountPassword({ did, password: 'from the PDS' }, basic(password))
  await expect(set(stranger.adminPassword)).rejects.toMatchObject({ status: 401 })
  await expect(
    admin.deleteAccount({ did }, basic(network.pds.adminPassword)),
  ).rejects.toMatchObject({ status: 401 })
  await set(network.pds.adminPassword)
  await agent.login({ identifier: handle, password: 'from the PDS' })
  await admin.updateAccountEmail(
    { account: handle, email: `pds-${handle}@mail.vestibule.internal` },
    basic(network.pds.adminPassword),
  )
})

test('a mail from the moderators arrives as HTML and as text', async () => {
  const { did, email } = await newAgent()
  const pds = new AtpAgent({ service: network.pds.url })
  const mail = {
    recipientDid: did,
    senderDid: did,
    content: '<p>Dear <b>you</b></p>',
    subject: 'Hi',
  }
  const { data } = await pds.com.atproto.admin.sendEmail(mail, basic(network.pds.adminPassword))
  expect(data).toEqual({ sent: true })
  const received = await network.smtp.waitForMail(email)
  expect(received).toMatchObject({ subject: 'Hi', text: expect.stringContaining('Dear you') })
  expect(received.html).toContain('<b>you</b>')
})
