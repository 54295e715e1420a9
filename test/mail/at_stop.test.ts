import { afterAll, beforeAll, expect, test } from 'vitest'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { type Network, startNetwork } from '../../lab/world/network.ts'

/** A mail that an answer promised is sent, or stands in the log, before the program ends. */
let network: Network
const person = newCredentials('kim')
let did: string
beforeAll(async () => {
  network = await startNetwork()
  await headlessSignUp(network.url, person)
  const resolve = `${network.url}/xrpc/com.atproto.identity.resolveHandle?handle=${person.handle}`
  did = ((await (await fetch(resolve)).json()) as { did: string }).did
})
afterAll(() => network?.close())

/** The operator sets a password; its owner is told by a mail that the answer does not wait for. */
async function setPassword(): Promise<void> {
  const { vestibule, url } = network
  const answer = await fetch(`${url}/xrpc/com.atproto.admin.updateAccountPassword`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${btoa(`admin:${vestibule.adminPassword}`)}`,
    },
    body: JSON.stringify({ did, password: 'another password' }),
  })
  expect(answer.status).toBe(200)
}

test('it is sent, where the mail server takes it', async () => {
  const release = network.smtp.hold()
  await setPassword()
  const stopped = network.vestibule.stop()
  await expect.poll(() => network.vestibule.logs, { timeout: 60_000 }).toContain('"stopping"')
  release()
  await stopped
  const mail = await network.smtp.waitForMail(person.email, ({ subject }) =>
    /password was changed/.test(subject ?? ''),
  )
  expect(mail.text).toContain(person.handle)
  expect(network.vestibule.logs).not.toContain('left undone')
  await network.vestibule.start()
})

test('it stands in the log, where the mail server does not take it in time', async () => {
  const release = network.smtp.hold()
  await setPassword()
  await network.vestibule.stop()
  release()
  const line = network.vestibule.logs.split('\n').find((one) => one.includes('left undone'))
  expect(JSON.parse(line ?? '{}')).toMatchObject({ work: 'a mail', kind: 'passwordChanged', did })
})
