import type { Client } from '../client.ts'

/** Handles and PLC operations. */
export async function identity(c: Client): Promise<void> {
  const person = await c.newPerson('idt')
  const other = await c.newPerson('idt')
  const jwt = { jwt: person.accessJwt }
  const resolve = (name: string, handle: string) =>
    c.note(`resolveHandle${name}`, c.get('identity.resolveHandle', { handle }))
  const update = (name: string, handle: string) =>
    c.note(`updateHandle${name}`, c.post('identity.updateHandle', { handle }, jwt))

  await resolve('', person.handle)
  await resolve(': unknown', 'nobody-has-this.test')
  await resolve(': unknown elsewhere', 'nobody.example.com')
  await resolve(': no handle', 'nothing')

  const unique = person.handle.replace('.test', '')
  await update('', `n-${unique}.test`)
  await resolve(': new handle', `n-${unique}.test`)
  await resolve(': old handle', person.handle)
  await update(': the same again', `n-${unique}.test`)
  await update(': taken', other.handle)
  await update(': too short', 'a.test')
  await update(': reserved', 'admin.test')
  await update(': forbidden TLD', 'alice.local')
  await update(': own domain that says nothing', `${unique}.example.com`)
  c.world.dns.txt.set(`_atproto.${unique}.example.org`, [`did=${person.did}`])
  await update(': own domain', `${unique}.example.org`)
  await c.note('getSession: own domain', c.get('server.getSession', {}, jwt))
  await update(': back again', person.handle)
  await c.note('updateHandle: no token', c.post('identity.updateHandle', { handle: 'x.test' }))

  await c.note('signPlcOperation: no code', c.post('identity.signPlcOperation', {}, jwt))
  const token = await c.codeFor(person.email, () =>
    c.note(
      'requestPlcOperationSignature',
      c.post('identity.requestPlcOperationSignature', undefined, jwt),
    ),
  )
  const sign = (name: string, input: Record<string, unknown>) =>
    c.note(`signPlcOperation${name}`, c.post('identity.signPlcOperation', input, jwt))
  await sign(': wrong code', { token: 'AAAAA-22222' })
  const { operation } = await sign('', { token, alsoKnownAs: [`at://${person.handle}`] })
  await sign(': the code again', { token })
  if (c.world.url === c.world.pds.url) {
    await c.must(c.post('identity.submitPlcOperation', { operation }, jwt))
  }
}
