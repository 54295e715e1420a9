import { AtpAgent } from '@atproto/api'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { expect, test } from 'vitest'
import { newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { newPost } from '../../lab/clients/new_post.ts'
import { sharedNetwork } from '../shared/network.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

/** What a client of before OAuth does, knowing the entryway's URL alone. */
const network = sharedNetwork()

test('signs up, posts, refreshes, signs in again and out', async () => {
  const person = newCredentials('agt')
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(person)
  const did = agent.assertDid
  const { data } = await agent.com.atproto.repo.createRecord(newPost(did, 'hello'))
  const read = await agent.com.atproto.repo.listRecords({
    repo: did,
    collection: 'app.bsky.feed.post',
  })
  expect(read.data.records).toMatchObject([{ uri: data.uri, value: { text: 'hello' } }])

  const first = agent.session
  await agent.sessionManager.refreshSession()
  expect(agent.session?.refreshJwt).not.toBe(first?.refreshJwt)
  await agent.com.atproto.repo.createRecord(newPost(did, 'refreshed'))

  const other = new AtpAgent({ service: network.url })
  await other.login({ identifier: person.email, password: person.password })
  expect(other.session).toMatchObject({ did, handle: person.handle, active: true })

  const session = agent.session
  await agent.logout()
  if (!session) throw new Error('no session')
  await expect(new AtpAgent({ service: network.url }).resumeSession(session)).rejects.toThrow(
    'Token has been revoked',
  )
  // The token before the last one would still be in its grace period.
  const refreshed = await fetch(`${network.url}/xrpc/com.atproto.server.refreshSession`, {
    method: 'POST',
    headers: { authorization: `Bearer ${first?.refreshJwt}` },
  })
  expect(await refreshed.json()).toMatchObject({ error: 'ExpiredToken' })
  await other.com.atproto.repo.createRecord(newPost(did, 'the other session lives'))
})

test('its tokens are what a PDS expects of an entryway', async () => {
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(newCredentials('agt'))
  const { accessJwt = '', refreshJwt = '' } = agent.session ?? {}
  expect(decodeProtectedHeader(accessJwt)).toEqual({ typ: 'at+jwt', alg: 'ES256K' })
  expect(decodeJwt(accessJwt)).toMatchObject({
    sub: agent.assertDid,
    aud: network.pds.did,
    scope: 'com.atproto.access',
  })
  expect(decodeProtectedHeader(refreshJwt)).toEqual({ typ: 'refresh+jwt', alg: 'ES256K' })
  expect(decodeJwt(refreshJwt)).toMatchObject({
    sub: agent.assertDid,
    aud: network.vestibule.did,
    scope: 'com.atproto.refresh',
    jti: expect.any(String),
  })
})

test('two refreshes at once get the same successor', async () => {
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(newCredentials('agt'))
  const headers = { authorization: `Bearer ${agent.session?.refreshJwt}` }
  const refresh = () => agent.com.atproto.server.refreshSession(undefined, { headers })
  const answers = await Promise.all([refresh(), refresh(), refresh()])
  const ids = answers.map(({ data }) => decodeJwt(data.refreshJwt).jti)
  expect(new Set(ids).size).toBe(1)
})

test('an app password reaches what it may on the PDS, until it is revoked', async () => {
  const person = newCredentials('agt')
  const owner = new AtpAgent({ service: network.url })
  await owner.createAccount(person)
  const { data } = await owner.com.atproto.server.createAppPassword({ name: 'app' })
  expect(data.password).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/)
  const app = new AtpAgent({ service: network.url })
  await app.login({ identifier: person.handle, password: data.password })
  await app.com.atproto.repo.createRecord(newPost(app.assertDid, 'by an app'))
  await expect(app.com.atproto.server.getAccountInviteCodes()).rejects.toThrow('Bad token scope')
  await expect(
    app.com.atproto.server.getServiceAuth({
      aud: network.vestibule.did,
      lxm: 'com.atproto.server.createAppPassword',
    }),
  ).rejects.toThrow()

  await owner.com.atproto.server.revokeAppPassword({ name: 'app' })
  await expect(app.sessionManager.refreshSession()).rejects.toThrow('Token has been revoked')
  await owner.sessionManager.refreshSession()
  await owner.com.atproto.repo.createRecord(newPost(owner.assertDid, 'still here'))
})

test('a lost password is replaced by mail, and signs everybody out', async () => {
  const person = newCredentials('agt')
  const agent = new AtpAgent({ service: network.url })
  await agent.createAccount(person)
  // Signed in, it would ask the PDS, which does not say what language is wanted.
  const { server } = new AtpAgent({ service: network.url }).com.atproto
  const { code, mail } = await codeSentBy(network.smtp, person.email, () =>
    server.requestPasswordReset(
      { email: person.email },
      { headers: { 'accept-language': 'de-AT,en;q=0.5' } },
    ),
  )
  expect(mail.html).toContain('<html lang="de">')
  await server.resetPassword({ token: code, password: 'another password' })
  await expect(agent.sessionManager.refreshSession()).rejects.toThrow('Token has been revoked')
  const again = new AtpAgent({ service: network.url })
  await again.login({ identifier: person.handle, password: 'another password' })
})
