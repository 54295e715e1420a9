import { expect, test } from 'vitest'
import { headlessLogin } from '../../lab/clients/headless_login.ts'
import { discoverApp, loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { expectRefused } from '../../lab/clients/session_life.ts'
import { sharedNetwork } from '../shared/network.ts'
import { join, type Person, type ShownAccount, signInAs } from './person.ts'

const scope = 'atproto transition:generic'
const redirectUri = 'http://127.0.0.1/callback'
const network = sharedNetwork()

async function appSession(person: Person) {
  const app = await discoverApp({
    pdsUrl: network.pds.url,
    clientId: loopbackClientId(redirectUri, scope),
    redirectUri,
    scope,
  })
  return { app, session: await headlessLogin(app, person) }
}

async function onPds(did: string) {
  const url = `${network.pds.url}/xrpc/com.atproto.repo.describeRepo?repo=${did}`
  const response = await fetch(url)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('one signs in with handle, e-mail or DID', async () => {
  const person = await join(network, 'ways')
  for (const username of [person.handle, person.email, person.did, person.handle.toUpperCase()]) {
    const account = await signInAs(network, username, person.password)
    expect(account.did).toBe(person.did)
  }
  await expect(signInAs(network, person.handle, 'another password')).rejects.toThrow(
    'Invalid identifier or password',
  )
})

test('several accounts share a device, and one signs out alone', async () => {
  const first = await join(network, 'first')
  const second = await join(network, 'second')
  await first.call('sign-in', {
    locale: 'en',
    username: second.handle,
    password: second.password,
  })
  const known = async () =>
    (await fetchDeviceSessions(first)).map(({ account }) => account.handle).sort()
  expect(await known()).toEqual([first.handle, second.handle].sort())
  await first.call('sign-out', { did: second.did })
  expect(await known()).toEqual([first.handle])
})

async function fetchDeviceSessions(person: Person): Promise<{ account: ShownAccount }[]> {
  return person.read('device-sessions')
}

test('a forgotten password is set anew, and every session ends', async () => {
  const person = await join(network, 'forgetful')
  const { app, session } = await appSession(person)
  await person.call('reset-password-request', { locale: 'en', email: person.email })
  const token = await person.code(/password/i)
  await expect(
    person.call('reset-password-confirm', { token: 'AAAAA-AAAAA', password: 'a new password' }),
  ).rejects.toThrow('This code is wrong or has expired')
  await person.call('reset-password-confirm', { token, password: 'a new password' })

  await expect(
    person.call('reset-password-confirm', { token, password: 'yet another one' }),
  ).rejects.toThrow('This code is wrong or has expired')
  await expect(signInAs(network, person.handle, person.password)).rejects.toThrow('Invalid')
  expect(await fetchDeviceSessions(person)).toEqual([])
  await expectRefused(app, session)
  expect((await signInAs(network, person.handle, 'a new password')).did).toBe(person.did)
})

test('a stranger does not learn which addresses have an account', async () => {
  const person = await join(network, 'curious')
  const email = 'nobody@mail.vestibule.internal'
  expect(await person.call('reset-password-request', { locale: 'en', email })).toEqual({
    success: true,
  })
  expect(network.smtp.mails.filter((mail) => mail.to?.[0]?.address === email)).toEqual([])
})

test('an e-mail address is verified and changed', async () => {
  const person = await join(network, 'mover')
  const { did } = person
  await person.call('verify-email-request', { did, locale: 'de' })
  const token = await person.code(/e-mail|adresse/i)
  await expect(
    person.call('verify-email-confirm', { did, token, email: 'other@mail.vestibule.internal' }),
  ).rejects.toThrow('This code is wrong or has expired')
  const verified = await person.call<{ account: ShownAccount }>('verify-email-confirm', {
    did,
    token,
    email: person.email,
  })
  expect(verified.account.emailVerified).toBe(true)

  const email = 'moved@mail.vestibule.internal'
  expect(await person.call('update-email-request', { did })).toEqual({ tokenRequired: true })
  const permission = await person.code(/e-?mail/i)
  await expect(person.call('update-email-confirm', { did, email })).rejects.toThrow('required')
  const changed = await person.call<{ account: ShownAccount }>('update-email-confirm', {
    did,
    email,
    token: permission,
  })
  expect(changed.account).toMatchObject({ email, emailVerified: false })
  const again = await person.code(/e-?mail/i, email)
  await person.call('verify-email-confirm', { did, token: again, email })
  expect((await signInAs(network, email, person.password)).emailVerified).toBe(true)
})

test('an address that somebody has cannot be taken, nor can a handle', async () => {
  const owner = await join(network, 'owner')
  const person = await join(network, 'taker')
  const { did } = person
  await expect(person.call('update-email-confirm', { did, email: owner.email })).rejects.toThrow(
    'Email already taken',
  )
  await expect(person.call('update-handle', { did, handle: owner.handle })).rejects.toThrow(
    'handle_unavailable',
  )
  expect(await signInAs(network, owner.email, owner.password)).toMatchObject({ did: owner.did })
})

test('a handle changes here, on PLC and on the PDS', async () => {
  const person = await join(network, 'renamed')
  const handle = 'renamed-indeed.test'
  const { account } = await person.call<{ account: ShownAccount }>('update-handle', {
    did: person.did,
    handle,
  })
  expect(account.handle).toBe(handle)
  expect((await onPds(person.did)).body).toMatchObject({ handle, handleIsCorrect: true })
  const document = await fetch(`${network.plc.url}/${person.did}`)
  expect(await document.json()).toMatchObject({ alsoKnownAs: [`at://${handle}`] })
  expect((await signInAs(network, handle, person.password)).did).toBe(person.did)

  // The old handle is free again.
  const heir = await person.call('verify-handle-availability', { handle: person.handle })
  expect(heir).toEqual({ available: true })
  for (const bad of ['admin.test', 'a.test', 'two.parts.test', 'elsewhere.example.com']) {
    await expect(
      person.call('update-handle', { did: person.did, handle: bad }),
      bad,
    ).rejects.toThrow('handle_unavailable')
  }
})

test('an account is deactivated and comes back', async () => {
  const person = await join(network, 'away')
  const { app, session } = await appSession(person)
  const { did } = person
  const { account } = await person.call<{ account: ShownAccount }>('deactivate-account', { did })
  expect(account.deactivated).toBe(true)
  expect((await onPds(did)).body).toMatchObject({ error: 'RepoDeactivated' })
  await expectRefused(app, session)

  const back = await person.call<{ account: ShownAccount }>('reactivate-account', { did })
  expect(back.account.deactivated).toBe(false)
  expect((await onPds(did)).status).toBe(200)
})

test('an account is deleted with code and password, and its names are free', async () => {
  const person = await join(network, 'leaving')
  const { did, password } = person
  await person.call('delete-account-request', { did })
  const token = await person.code(/delet/i)
  await expect(
    person.call('delete-account-confirm', { did, token, password: 'wrong' }),
  ).rejects.toThrow('Invalid')
  await expect(
    person.call('delete-account-confirm', { did, token: 'AAAAA-AAAAA', password }),
  ).rejects.toThrow('This code is wrong or has expired')
  await person.call('delete-account-confirm', { did, token, password })

  expect((await onPds(did)).status).toBe(400)
  await expect(signInAs(network, person.handle, password)).rejects.toThrow('Invalid')
  const successor = await join(network, 'successor')
  await successor.call('update-handle', { did: successor.did, handle: person.handle })
  expect((await signInAs(network, person.handle, successor.password)).did).toBe(successor.did)
})
