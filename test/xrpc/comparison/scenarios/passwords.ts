import type { Client } from '../client.ts'

/** Resetting the password, and app passwords. */
export async function passwords(c: Client): Promise<void> {
  const person = await c.newPerson('pwd')
  const { email, handle } = person
  const call = (name: string, nsid: string, input?: Record<string, unknown>) =>
    c.note(`${nsid.split('.')[1]}${name}`, c.post(nsid, input))
  const signIn = (name: string, password: string) =>
    call(`: ${name}`, 'server.createSession', { identifier: handle, password })

  await call(': unknown address', 'server.requestPasswordReset', { email: 'nobody@x.test' })
  const token = await c.codeFor(email, () =>
    call('', 'server.requestPasswordReset', { email: email.toUpperCase() }),
  )
  await call(': wrong code', 'server.resetPassword', { token: 'AAAAA-22222', password: 'new one' })
  await call(': long password', 'server.resetPassword', { token, password: 'x'.repeat(257) })
  await call('', 'server.resetPassword', { token: token.toLowerCase(), password: 'new one' })
  await call(': the code again', 'server.resetPassword', { token, password: 'another' })
  await signIn('the old password after a reset', person.password)
  await signIn('the new password after a reset', 'new one')
  await c.note(
    'refreshSession: after a reset',
    c.post('server.refreshSession', undefined, { jwt: person.refreshJwt }),
  )
}

export async function appPasswords(c: Client): Promise<void> {
  const person = await c.newPerson('app')
  const { handle } = person
  const as = (jwt: string) => (name: string, nsid: string, input?: Record<string, unknown>) =>
    c.note(`${nsid.split('.')[1]}${name}`, c.post(nsid, input, { jwt }))
  const owner = as(person.accessJwt)
  const signIn = (name: string, password: string) =>
    c.note(
      `createSession: ${name}`,
      c.post('server.createSession', { identifier: handle, password }),
    )

  const plain = await owner('', 'server.createAppPassword', { name: 'plain' })
  const chat = await owner(': privileged', 'server.createAppPassword', {
    name: 'chat',
    privileged: true,
  })
  await owner(': name taken', 'server.createAppPassword', { name: 'plain' })
  await c.note('listAppPasswords', c.get('server.listAppPasswords', {}, { jwt: person.accessJwt }))

  const session = await signIn('app password', plain.password ?? '')
  const privileged = await signIn('privileged app password', chat.password ?? '')
  const app = as(session.accessJwt ?? '')
  await c.note(
    'getSession: app password',
    c.get('server.getSession', {}, { jwt: session.accessJwt ?? '' }),
  )
  await app(': by app password', 'server.createAppPassword', { name: 'more' })
  await app(': by app password', 'server.requestEmailUpdate')
  await app(': by app password', 'server.updateEmail', { email: 'app@x.test' })
  await app(': by app password', 'server.requestEmailConfirmation')
  await app(': by app password', 'server.requestAccountDelete')
  await app(': by app password', 'server.deactivateAccount', {})
  await app(': by app password', 'server.activateAccount')
  await app(': by app password', 'identity.requestPlcOperationSignature')
  await as(privileged.accessJwt ?? '')(': by privileged app password', 'server.createAppPassword', {
    name: 'more',
  })
  await c.note(
    'listAppPasswords: by app password',
    c.get('server.listAppPasswords', {}, { jwt: session.accessJwt ?? '' }),
  )
  await c.note(
    'getAccountInviteCodes: by app password',
    c.get('server.getAccountInviteCodes', {}, { jwt: session.accessJwt ?? '' }),
  )
  await as(session.refreshJwt ?? '')(': by app password', 'server.refreshSession')

  await owner('', 'server.revokeAppPassword', { name: 'plain' })
  await owner(': unknown name', 'server.revokeAppPassword', { name: 'plain' })
  await signIn('revoked app password', plain.password ?? '')
  await as(session.refreshJwt ?? '')(': revoked app password', 'server.refreshSession')
  await as(privileged.refreshJwt ?? '')(
    ': another app password was revoked',
    'server.refreshSession',
  )
}
