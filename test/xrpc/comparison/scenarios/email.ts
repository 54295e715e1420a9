import type { Client } from '../client.ts'

/** Confirming and changing the address. */
export async function emails(c: Client): Promise<void> {
  const person = await c.newPerson('eml')
  const other = await c.newPerson('eml')
  const jwt = { jwt: person.accessJwt }
  const { email } = person
  const newEmail = `new-${email}`
  const call = (name: string, nsid: string, input?: Record<string, unknown>) =>
    c.note(`${nsid.split('.')[1]}${name}`, c.post(nsid, input, jwt))

  await call(': unconfirmed address', 'server.requestEmailUpdate')
  await call(': unconfirmed, a code nobody sent', 'server.updateEmail', {
    email,
    token: 'AAAAA-22222',
  })
  const code = await c.codeFor(email, () => call('', 'server.requestEmailConfirmation'))
  await call(': wrong code', 'server.confirmEmail', { email, token: 'AAAAA-22222' })
  await call(': another address', 'server.confirmEmail', { email: newEmail, token: code })
  await call('', 'server.confirmEmail', { email: email.toUpperCase(), token: code.toLowerCase() })
  await call(': the code again', 'server.confirmEmail', { email, token: code })
  await c.note('getSession: confirmed address', c.get('server.getSession', {}, jwt))

  await call(': no code', 'server.updateEmail', { email: newEmail })
  const change = await c.codeFor(email, () => call('', 'server.requestEmailUpdate'))
  await call(': wrong code', 'server.updateEmail', { email: newEmail, token: 'AAAAA-22222' })
  await call(': bad address', 'server.updateEmail', { email: 'nobody', token: change })
  await call(': address taken', 'server.updateEmail', { email: other.email, token: change })
  await call('', 'server.updateEmail', { email: newEmail, token: change })
  await call(': unconfirmed, no code needed', 'server.updateEmail', { email })
  await c.note('requestEmailUpdate: no token', c.post('server.requestEmailUpdate'))
  await c.note('requestEmailConfirmation: no token', c.post('server.requestEmailConfirmation'))
}
