import * as oauth from 'oauth4webapi'
import { expect, test } from 'vitest'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { discoverApp, loopbackClientId } from '../../lab/clients/oauth_app.ts'
import type { OAuthSession } from '../../lab/clients/oauth_session.ts'
import { sharedNetwork } from '../shared/network.ts'
import { codeSentBy } from '../shared/people/mail_codes.ts'

/** The rows of the contract that an OAuth app reaches through the PDS. */
const network = sharedNetwork()

const redirectUri = 'http://127.0.0.1/callback'

async function signIn(scope: string) {
  const person = newCredentials('oau')
  const did = await headlessSignUp(network.url, person)
  const app = await discoverApp({
    pdsUrl: network.pds.url,
    clientId: loopbackClientId(redirectUri, scope),
    redirectUri,
    scope,
  })
  const session = await headlessLogin(app, person)
  const call = (nsid: string, input?: object) => ask(network.pds.url, session, nsid, input)
  return { ...person, did, session, call }
}

/** A procedure with `input`, `undefined` for none; a query without the argument. */
async function ask(
  url: string,
  session: OAuthSession,
  nsid: string,
  input?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const isQuery = nsid.split('.')[1]?.startsWith('get')
  const request = () =>
    oauth.protectedResourceRequest(
      session.accessToken,
      isQuery ? 'GET' : 'POST',
      new URL(`/xrpc/com.atproto.${nsid}`, url),
      new Headers(input ? { 'content-type': 'application/json' } : {}),
      input ? JSON.stringify(input) : null,
      { DPoP: session.dpop, [oauth.allowInsecureRequests]: true },
    )
  const response = await request().catch((error) => {
    if (oauth.isDPoPNonceError(error)) return request()
    throw error
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : {} }
}

test('the address: read, confirmed', async () => {
  const { call, did, handle, email } = await signIn('atproto account:email?action=manage')
  expect(await call('server.getSession')).toMatchObject({
    status: 200,
    body: { did, handle, email, emailConfirmed: false, emailAuthFactor: false, active: true },
  })
  const { code } = await codeSentBy(network.smtp, email, () =>
    call('server.requestEmailConfirmation'),
  )
  expect((await call('server.confirmEmail', { email, token: code })).status).toBe(200)
  expect((await call('server.getSession')).body).toMatchObject({ emailConfirmed: true })
})

test('the handle', async () => {
  const { call, handle } = await signIn('atproto identity:handle')
  expect((await call('identity.updateHandle', { handle: `o-${handle}` })).status).toBe(200)
  expect((await call('server.getSession')).body).toMatchObject({ handle: `o-${handle}` })
})

test('operations on the DID', async () => {
  const { call, email } = await signIn('atproto identity:*')
  const { code } = await codeSentBy(network.smtp, email, () =>
    call('identity.requestPlcOperationSignature'),
  )
  const { body } = await call('identity.signPlcOperation', { token: code })
  expect(body).toMatchObject({ operation: { type: 'plc_operation', sig: expect.any(String) } })
  expect((await call('identity.submitPlcOperation', body)).status).toBe(200)
})

test('deactivation', async () => {
  const { call } = await signIn('atproto account:status?action=manage')
  expect((await call('server.deactivateAccount', {})).status).toBe(200)
  expect((await call('server.getSession')).body).toMatchObject({ status: 'deactivated' })
})

test('what an app was not granted, and what no app is granted', async () => {
  const { call, handle } = await signIn('atproto')
  const { body } = await call('server.getSession')
  expect(body).toMatchObject({ handle })
  expect(body).not.toHaveProperty('email')
  for (const [nsid, input] of [
    ['server.requestEmailConfirmation', undefined],
    ['identity.updateHandle', { handle: `x-${handle}` }],
    ['identity.requestPlcOperationSignature', undefined],
    ['server.deactivateAccount', {}],
    ['server.createAppPassword', { name: 'x' }],
    ['server.requestEmailUpdate', undefined],
    ['server.updateEmail', { email: 'x@x.test' }],
    ['server.requestAccountDelete', undefined],
    ['server.getAccountInviteCodes', undefined],
    ['server.activateAccount', undefined],
  ] as const) {
    expect((await call(nsid, input)).status, nsid).toBe(403)
  }
  expect((await call('server.getSession')).status).toBe(200)
})

test('sent to the entryway, a DPoP-bound request is told where its resource is', async () => {
  const { session } = await signIn('atproto')
  const refused = await ask(network.url, session, 'server.getSession').catch((error) => error)
  expect(refused).toBeInstanceOf(oauth.WWWAuthenticateChallengeError)
  expect(refused.response.headers.get('www-authenticate')).toContain(
    `resource_metadata="${network.pds.url}/.well-known/oauth-protected-resource"`,
  )
  expect((await ask(network.pds.url, session, 'server.getSession')).status).toBe(200)
})
