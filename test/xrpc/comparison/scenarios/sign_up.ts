import { Secp256k1Keypair } from '@atproto/crypto'
import { createServiceJwt } from '@atproto/xrpc-server'
import { newCredentials } from '../../../../lab/clients/headless_sign_in.ts'
import type { Client } from '../client.ts'

const NSID = 'server.createAccount'

/** `createAccount`: what it refuses, what it answers with. */
export async function signUp(c: Client): Promise<void> {
  const first = newCredentials('sup')
  const fresh = () => newCredentials('sup')
  const create = (name: string, input: Record<string, unknown>) => c.note(name, c.post(NSID, input))

  await create('createAccount', first)
  await create('createAccount: handle taken', { ...fresh(), handle: first.handle })
  await create('createAccount: email taken', { ...fresh(), email: first.email })
  await create('createAccount: email taken, in capitals', {
    ...fresh(),
    email: first.email.toUpperCase(),
  })
  await create('createAccount: no email', { ...fresh(), email: undefined })
  await create('createAccount: bad email', { ...fresh(), email: 'nobody' })
  await create('createAccount: no password', { ...fresh(), password: undefined })
  await create('createAccount: long password', { ...fresh(), password: 'x'.repeat(257) })
  await create('createAccount: handle too short', { ...fresh(), handle: 'a.test' })
  await create('createAccount: handle too long', { ...fresh(), handle: `${'a'.repeat(19)}.test` })
  await create('createAccount: reserved handle', { ...fresh(), handle: 'admin.test' })
  await create('createAccount: handle with dots', { ...fresh(), handle: 'a.b.test' })
  await create('createAccount: foreign domain', { ...fresh(), handle: 'alice.example.com' })
  await create('createAccount: forbidden TLD', { ...fresh(), handle: 'alice.local' })
  await create('createAccount: bad handle', { ...fresh(), handle: 'a b.test' })
  await create('createAccount: no handle', { ...fresh(), handle: undefined })
  await create('createAccount: unknown invite code', { ...fresh(), inviteCode: 'no-such-code' })
  await create('createAccount: optional members that are empty', {
    ...fresh(),
    inviteCode: '',
    verificationCode: '',
    verificationPhone: '',
  })
  await create('createAccount: optional members that are null', { ...fresh(), inviteCode: null })
  await create('createAccount: with plcOp', { ...fresh(), plcOp: {} })

  const did = 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa'
  await create('createAccount: a DID without proof', { ...fresh(), did })
  const keypair = await Secp256k1Keypair.create()
  const prove = async (name: string, changes: Partial<Parameters<typeof createServiceJwt>[0]>) => {
    const jwt = await createServiceJwt({
      iss: did,
      aud: c.world.did,
      lxm: `com.atproto.${NSID}`,
      keypair,
      ...changes,
    })
    await c.note(`createAccount: ${name}`, c.post(NSID, { ...fresh(), did }, { jwt }))
  }
  await prove('proof for another service', { aud: 'did:web:elsewhere.test' })
  await prove('proof for another method', { lxm: 'com.atproto.server.getSession' })
  await prove('proof for any method', { lxm: null })
  await prove('expired proof', { exp: 1 })
  await prove('proof of an unknown DID', {})
}
