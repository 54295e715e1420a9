import { decodeJwt, SignJWT } from 'jose'
import type { Client } from '../client.ts'

/** The life of a session of `createSession`. */
export async function sessions(c: Client): Promise<void> {
  const person = await c.newPerson('ses')
  const { handle, email, did, password } = person
  const signIn = (name: string, input: Record<string, unknown>) =>
    c.note(`createSession: ${name}`, c.post('server.createSession', input))

  await signIn('by handle', { identifier: handle, password })
  await signIn('by handle in capitals', { identifier: handle.toUpperCase(), password })
  await signIn('by email', { identifier: email, password })
  await signIn('by DID', { identifier: did, password })
  await signIn('by @handle', { identifier: `@${handle}`, password })
  await signIn('wrong password', { identifier: handle, password: 'wrong' })
  await signIn('empty password', { identifier: handle, password: '' })
  await signIn('unknown handle', { identifier: 'nobody.test', password })
  await signIn('unknown email', { identifier: 'nobody@mail.vestibule.internal', password })
  await signIn('no identifier at all', { identifier: '', password })
  await signIn('password of 513 characters', { identifier: handle, password: 'x'.repeat(513) })
  await signIn('no password', { identifier: handle })
  await c.note('createSession: no body', c.post('server.createSession'))
  await c.note('createSession: GET', c.get('server.createSession'))

  await c.note('getSession', c.get('server.getSession', {}, { jwt: person.accessJwt }))
  const refresh = (name: string, jwt: string) =>
    c.note(`refreshSession${name}`, c.post('server.refreshSession', undefined, { jwt }))
  const next = await refresh('', person.refreshJwt)
  const again = await refresh(': the same token again', person.refreshJwt)
  await refresh(': its successor', next.refreshJwt ?? '')
  await refresh(': by access token', person.accessJwt)
  await c.note('refreshSession: no token', c.post('server.refreshSession'))

  const end = (name: string, jwt: string) =>
    c.note(`deleteSession${name}`, c.post('server.deleteSession', undefined, { jwt }))
  await end(': by access token', person.accessJwt)
  await end('', again.refreshJwt ?? '')
  await end(': again', again.refreshJwt ?? '')
  await c.note('deleteSession: no token', c.post('server.deleteSession'))
  await refresh(': after it ended', again.refreshJwt ?? '')
}

/** Tokens that are not what they should be. */
export async function tokens(c: Client): Promise<void> {
  const { did, accessJwt, refreshJwt } = await c.newPerson('tok')
  // Vestibule's name their session.
  const { sid } = decodeJwt(accessJwt)
  const { access, refresh, key, alg } = c.world.tokens
  type Forgery = { typ?: string; aud?: string; exp?: string; claims?: Record<string, unknown> }
  const forge = ({ typ = 'at+jwt', aud = access, exp = '1h', claims = {} }: Forgery) =>
    new SignJWT({ scope: 'com.atproto.access', sub: did, sid, ...claims })
      .setProtectedHeader({ alg, typ })
      .setAudience(aud)
      .setIssuedAt()
      .setExpirationTime(exp)
      .sign(key)
  const ask = async (name: string, jwt: string | Promise<string>) =>
    c.note(`access token: ${name}`, c.get('server.getSession', {}, { jwt: await jwt }))

  await c.note('access token: none', c.get('server.getSession'))
  await c.note('access token: Basic instead', c.get('server.getSession', {}, 'admin'))
  await ask('as forged here, but right', forge({}))
  await ask('rubbish', 'rubbish')
  await ask('a refresh token', refreshJwt)
  await ask('expired', forge({ exp: '-1h' }))
  await ask('for another server', forge({ aud: 'did:web:elsewhere.test' }))
  await ask('of another type', forge({ typ: 'JWT' }))
  await ask('of an unknown scope', forge({ claims: { scope: 'com.atproto.all' } }))
  await ask('of a refresh scope', forge({ claims: { scope: 'com.atproto.refresh' } }))
  await ask('bound to a key', forge({ claims: { cnf: { jkt: 'x' } } }))
  await ask('without subject', forge({ claims: { sub: undefined } }))
  await ask('of a DID without account', forge({ claims: { sub: `${did.slice(0, -4)}aaaa` } }))
  const renew = async (name: string, jwt: Promise<string>) =>
    c.note(`refresh token: ${name}`, c.post('server.refreshSession', undefined, { jwt: await jwt }))
  const forgery = { typ: 'refresh+jwt', aud: refresh }
  const claims = { scope: 'com.atproto.refresh', jti: 'unknown' }
  await renew('unknown', forge({ ...forgery, claims }))
  await renew('expired', forge({ ...forgery, claims, exp: '-1h' }))
  await renew('for another server', forge({ ...forgery, claims, aud: 'did:web:elsewhere.test' }))
  await renew('without id', forge({ ...forgery, claims: { scope: claims.scope } }))
  await renew('of an access scope', forge({ ...forgery, claims: { jti: 'unknown' } }))
  await renew('of an access type', forge({ ...forgery, typ: 'at+jwt', claims }))
  await renew(
    'of a DID without account',
    forge({
      ...forgery,
      claims: { ...claims, sub: `${did.slice(0, -4)}aaaa` },
    }),
  )
}
