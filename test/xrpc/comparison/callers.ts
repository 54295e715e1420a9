import { createServiceJwt } from '@atproto/xrpc-server'
import { decodeJwt, SignJWT } from 'jose'
import { headlessLogin } from '../../../lab/clients/headless_login.ts'
import { discoverApp, loopbackClientId } from '../../../lab/clients/oauth_app.ts'
import type { OAuthSession } from '../../../lab/clients/oauth_session.ts'
import type { Authorization, Client, Person } from './client.ts'

/** What a caller shows to call a method, by its name without `com.atproto.`. */
type Shown = (nsid: string) => Promise<Authorization | OAuthSession>

/** Somebody who calls, and whose account the calls are about. */
export type Caller = { name: string; prepare: (c: Client, person: Person) => Promise<Shown> }

const REDIRECT = 'http://127.0.0.1/callback'

const always =
  (shown: Authorization | OAuthSession): Shown =>
  async () =>
    shown
const caller = (
  name: string,
  show: (c: Client, person: Person) => Promise<Authorization | OAuthSession> | Authorization,
): Caller => ({ name, prepare: async (c, person) => always(await show(c, person)) })

async function signIn(c: Client, { handle }: Person, password: string, more: object = {}) {
  const input = { identifier: handle, password, ...more }
  return c.must<{ accessJwt: string; refreshJwt: string }>(c.post('server.createSession', input))
}

async function appSession(c: Client, person: Person, privileged: boolean) {
  const { password } = await c.must<{ password: string }>(
    c.post('server.createAppPassword', { name: 'app', privileged }, { jwt: person.accessJwt }),
  )
  return signIn(c, person, password)
}

async function oauthSession(c: Client, person: Person, scope: string): Promise<OAuthSession> {
  const clientId = loopbackClientId(REDIRECT, scope)
  const app = await discoverApp({
    ...{ pdsUrl: c.world.pds.url, clientId, redirectUri: REDIRECT, scope },
  })
  return headlessLogin(app, person)
}

/** A JWT of the server's own key, with claims that it would not write. */
async function forged({ world: { tokens } }: Client, person: Person, exp: string, claims = {}) {
  const { sid } = decodeJwt(person.accessJwt)
  const all = { scope: 'com.atproto.access', sub: person.did, sid, ...claims }
  const jwt = await new SignJWT(all)
    .setProtectedHeader({ alg: tokens.alg, typ: 'at+jwt' })
    .setAudience(tokens.access)
    .setIssuedAt()
    .setExpirationTime(exp)
    .sign(tokens.key)
  return { jwt }
}

/** Service JWTs that are signed with the account's own key, as its PDS has it. */
const serviceCaller = (name: string, change: { aud?: string; lxm?: string | null }): Caller => ({
  name,
  prepare: async (c, { did }) => {
    const keypair = await c.world.pds.pds.ctx.actorStore.keypair(did)
    return async (nsid) => {
      const given = { iss: did, aud: c.world.did, lxm: `com.atproto.${nsid}`, keypair, ...change }
      return { jwt: await createServiceJwt(given) }
    }
  },
})

async function setStatus(c: Client, { did }: Person, status: object): Promise<void> {
  const { accountsUrl, accountsAdminPassword } = c.world
  const basic = Buffer.from(`admin:${accountsAdminPassword}`).toString('base64')
  const subject = { $type: 'com.atproto.admin.defs#repoRef', did }
  const answer = await c.fetch(`${accountsUrl}/xrpc/com.atproto.admin.updateSubjectStatus`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
    body: JSON.stringify({ subject, ...status }),
  })
  if (!answer.ok) throw new Error(await answer.text())
}
const takeDown = (c: Client, person: Person) =>
  setStatus(c, person, { takedown: { applied: true, ref: 'reason' } })

export const CALLERS: readonly Caller[] = [
  caller('nobody', () => undefined),
  caller('the owner', (_, { accessJwt }) => ({ jwt: accessJwt })),
  caller('a refresh JWT', (_, { refreshJwt }) => ({ jwt: refreshJwt })),
  caller('an app password', async (c, person) => ({
    jwt: (await appSession(c, person, false)).accessJwt,
  })),
  caller('a privileged app password', async (c, person) => ({
    jwt: (await appSession(c, person, true)).accessJwt,
  })),
  caller("an app password's refresh JWT", async (c, person) => ({
    jwt: (await appSession(c, person, false)).refreshJwt,
  })),
  caller('an OAuth app', (c, person) => oauthSession(c, person, 'atproto')),
  caller('an OAuth app for everything', (c, person) =>
    oauthSession(c, person, 'atproto transition:generic transition:email transition:chat.bsky'),
  ),
  caller('an OAuth token as a bearer', async (c, person) => ({
    jwt: (await oauthSession(c, person, 'atproto transition:generic')).accessToken,
  })),
  caller('an OAuth token without a proof', async (c, person) => ({
    header: `DPoP ${(await oauthSession(c, person, 'atproto transition:generic')).accessToken}`,
  })),
  serviceCaller('a service JWT', {}),
  serviceCaller('a service JWT for another method', { lxm: 'com.atproto.sync.getRepo' }),
  serviceCaller('a service JWT for every method', { lxm: null }),
  serviceCaller('a service JWT for another server', { aud: 'did:web:elsewhere.test' }),
  caller('the operator', () => 'admin'),
  caller('another operator', () => ({ header: `Basic ${btoa('admin:wrong')}` })),
  caller('Basic without a colon', () => ({ header: `Basic ${btoa('admin')}` })),
  caller('Digest', () => ({ header: 'Digest x' })),
  caller('Bearer alone', () => ({ header: 'Bearer' })),
  caller('rubbish', () => ({ jwt: 'rubbish' })),
  caller('an expired token', (c, person) => forged(c, person, '-1h')),
  caller('a token of the sign-up queue', (c, person) =>
    forged(c, person, '1h', { scope: 'com.atproto.signupQueued' }),
  ),
  caller('a token of nobody', (c, person) =>
    forged(c, person, '1h', { sub: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' }),
  ),
  caller('a session that ended', async (c, person) => {
    const jwt = { jwt: person.refreshJwt }
    await c.must(c.post('server.deleteSession', undefined, jwt))
    return { jwt: person.accessJwt }
  }),
  caller('somebody taken down', async (c, person) => {
    await takeDown(c, person)
    return { jwt: person.accessJwt }
  }),
  caller('somebody taken down, narrowly', async (c, person) => {
    await takeDown(c, person)
    return { jwt: (await signIn(c, person, person.password, { allowTakendown: true })).accessJwt }
  }),
  caller("somebody taken down's app password", async (c, person) => {
    const { accessJwt } = await appSession(c, person, false)
    await takeDown(c, person)
    return { jwt: accessJwt }
  }),
  caller("somebody taken down's OAuth app", async (c, person) => {
    const session = await oauthSession(c, person, 'atproto transition:generic')
    await takeDown(c, person)
    return session
  }),
  caller('somebody deactivated', async (c, person) => {
    await setStatus(c, person, { deactivated: { applied: true } })
    return { jwt: person.accessJwt }
  }),
  caller("somebody deactivated's OAuth app", async (c, person) => {
    const session = await oauthSession(c, person, 'atproto transition:generic')
    await setStatus(c, person, { deactivated: { applied: true } })
    return session
  }),
]
