import type { Client } from '../client.ts'

/** Deactivating, activating, deleting. */
export async function life(c: Client): Promise<void> {
  const person = await c.newPerson('lif')
  const { did, handle, password, email } = person
  const jwt = { jwt: person.accessJwt }
  const call = (name: string, nsid: string, input?: Record<string, unknown>) =>
    c.note(`${nsid.split('.')[1]}${name}`, c.post(nsid, input, jwt))
  const app = await c.must<{ password: string }>(
    c.post('server.createAppPassword', { name: 'kept' }, jwt),
  )

  await call('', 'server.deactivateAccount', {})
  await call(': again', 'server.deactivateAccount', { deleteAfter: '2030-01-01T00:00:00.000Z' })
  await c.note('getSession: deactivated', c.get('server.getSession', {}, jwt))
  const signIn = (name: string, password: string) =>
    c.note(
      `createSession: ${name}`,
      c.post('server.createSession', { identifier: handle, password }),
    )
  await signIn('deactivated', password)
  await signIn('app password of a deactivated account', app.password)
  await c.note(
    'refreshSession: deactivated',
    c.post('server.refreshSession', undefined, { jwt: person.refreshJwt }),
  )
  await c.note('resolveHandle: deactivated', c.get('identity.resolveHandle', { handle }))
  await c.note('getAccountInviteCodes: deactivated', c.get('server.getAccountInviteCodes', {}, jwt))
  await c.note('getSubjectStatus: deactivated', c.get('admin.getSubjectStatus', { did }, 'admin'))
  await call('', 'server.activateAccount')
  await call(': again', 'server.activateAccount')
  await c.note('getSession: active again', c.get('server.getSession', {}, jwt))

  const token = await c.codeFor(email, () => call('', 'server.requestAccountDelete'))
  const remove = (name: string, input: Record<string, unknown>) =>
    c.note(
      `deleteAccount${name}`,
      c.post('server.deleteAccount', { did, password, token, ...input }),
    )
  await remove(': wrong password', { password: 'wrong' })
  await remove(': password of 513 characters', { password: 'x'.repeat(513) })
  await remove(': app password', { password: app.password })
  await remove(': wrong code', { token: 'AAAAA-22222' })
  await remove(': unknown DID', { did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' })
  await remove('', {})
  await remove(': again', {})
  await signIn('deleted', password)
  await c.note(
    'refreshSession: deleted',
    c.post('server.refreshSession', undefined, { jwt: person.refreshJwt }),
  )
  await c.note('resolveHandle: deleted', c.get('identity.resolveHandle', { handle }))
  await c.note(
    'createAccount: handle and email of a deleted account',
    c.fetch(`${c.world.accountsUrl}/xrpc/com.atproto.server.createAccount`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ handle, email, password }),
    }),
  )
}

/** What an account that was taken down may still do. */
export async function takedown(c: Client): Promise<void> {
  const person = await c.newPerson('tkd')
  const { did, handle, password } = person
  const status = (name: string, input: Record<string, unknown>, subject: unknown) =>
    c.note(
      `updateSubjectStatus${name}`,
      c.post('admin.updateSubjectStatus', { subject, ...input }, 'admin'),
    )
  const repo = { $type: 'com.atproto.admin.defs#repoRef', did }
  const signIn = (name: string, input: Record<string, unknown> = {}) =>
    c.note(
      `createSession: ${name}`,
      c.post('server.createSession', { identifier: handle, password, ...input }),
    )

  await status('', { takedown: { applied: true, ref: 'reason' } }, repo)
  await status(': nothing but the subject', {}, repo)
  await status(': activated while taken down', { deactivated: { applied: false } }, repo)
  await signIn('taken down')
  const narrow = await signIn('taken down, allowed', { allowTakendown: true })
  await c.note('getSubjectStatus: taken down', c.get('admin.getSubjectStatus', { did }, 'admin'))
  const post = (name: string, nsid: string, jwt: string, input?: Record<string, unknown>) =>
    c.note(`${nsid.split('.')[1]}: ${name}`, c.post(nsid, input, { jwt }))
  const jwt = narrow.accessJwt ?? ''
  await c.note(
    'getSession: token of before the takedown',
    c.get('server.getSession', {}, { jwt: person.accessJwt }),
  )
  await c.note('getSession: narrow token', c.get('server.getSession', {}, { jwt }))
  await post('taken down', 'server.refreshSession', person.refreshJwt)
  await post('narrow token', 'server.refreshSession', narrow.refreshJwt ?? '')
  await post('narrow token', 'server.requestEmailConfirmation', jwt)
  await post('narrow token', 'server.activateAccount', jwt)
  await post('token of before the takedown', 'server.activateAccount', person.accessJwt)
  await post('token of before the takedown', 'server.requestEmailUpdate', person.accessJwt)
  await post('narrow token', 'identity.requestPlcOperationSignature', jwt)
  await post('narrow token', 'server.deactivateAccount', jwt, {})
  await c.note('resolveHandle: taken down', c.get('identity.resolveHandle', { handle }))
  await status(
    ': takedown and activation',
    { takedown: { applied: true }, deactivated: { applied: false } },
    repo,
  )
  await status(': takedown lifted', { takedown: { applied: false } }, repo)
  await status(': activated', { deactivated: { applied: false } }, repo)
  await signIn('takedown lifted')
  await status(
    ': of nobody',
    { takedown: { applied: true } },
    { ...repo, did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa' },
  )
  await c.note(
    'updateSubjectStatus: no token',
    c.post('admin.updateSubjectStatus', { subject: repo }),
  )
}
