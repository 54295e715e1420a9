import { AtpAgent } from '@atproto/api'
import { request } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { headlessSignUp, newCredentials } from '../../lab/clients/headless_sign_in.ts'
import { until } from '../../lab/world/until.ts'
import { sharedNetwork } from '../shared/network.ts'

/** An alarm through a real mail server, and its link in the hands of a person without a sign-in. */
const network = sharedNetwork()
afterEach(() => network.smtp.refuse(undefined))

test('a mail tells what happened, and its link signs everybody out', async () => {
  const person = newCredentials('alarmed')
  await headlessSignUp(network.url, person)
  const agent = new AtpAgent({ service: network.url })
  await agent.login({ identifier: person.handle, password: person.password })
  await agent.com.atproto.server.createAppPassword({ name: 'of a thief' })

  const isAlarm = ({ subject }: { subject?: string }) => subject === 'An app password was made'
  const { text = '', html = '' } = await network.smtp.waitForMail(person.email, isAlarm)
  expect(text).toContain('Sent by Vestibule')
  const [link = ''] = /http\S+sign-out-everywhere\S+/.exec(text) ?? []
  expect(html).toContain(`href="${link}"`)

  const headers = {
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    'accept-language': 'fr',
  }
  const page = await (await fetch(link, { headers })).text()
  expect(page).toContain('<title>Se déconnecter partout\u00a0? – Vestibule</title>')
  await agent.sessionManager.refreshSession()

  const [, action = ''] = /action="([^"]*)"/.exec(page) ?? []
  const [, form = ''] = /name="form" value="([^"]*)"/.exec(page) ?? []
  // `fetch` would say `sec-fetch-mode: cors`, which no form does.
  const answer = await request(new URL(action, network.url), {
    method: 'POST',
    headers: {
      ...headers,
      ...{ 'sec-fetch-site': 'same-origin', origin: network.url },
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ form }).toString(),
  })
  expect(answer.statusCode).toBe(200)
  expect(await answer.body.text()).toContain('Tout est déconnecté.')
  await expect(agent.sessionManager.refreshSession()).rejects.toThrow()
})

test('no sign-in waits for a mail, and one whose mail is lost is new the next time, too', async () => {
  const person = newCredentials('waiting')
  await headlessSignUp(network.url, person)
  const signIn = async (userAgent: string) => {
    const { status } = await fetch(`${network.url}/xrpc/com.atproto.server.createSession`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': userAgent },
      body: JSON.stringify({ identifier: person.handle, password: person.password }),
    })
    return status
  }
  const isAlarm = ({ subject }: { subject?: string }) => subject === 'A new device signed in'
  const release = network.smtp.hold()
  try {
    expect(await signIn('one/1.0')).toBe(200)
  } finally {
    release()
  }
  await network.smtp.waitForMail(person.email, isAlarm)

  const sent = () =>
    network.smtp.mails.filter(
      (mail) => isAlarm(mail) && mail.to?.some(({ address }) => address === person.email),
    ).length
  const before = sent()
  const logged = network.vestibule.logs.length
  network.smtp.refuse('no more mails')
  expect(await signIn('another/1.0')).toBe(200)
  const lost = () => network.vestibule.logs.slice(logged).includes('work in the background failed')
  await until(lost, 'no mail was lost')
  network.smtp.refuse(undefined)
  await until(async () => {
    expect(await signIn('another/1.0')).toBe(200)
    return sent() > before
  }, 'no mail')
})
