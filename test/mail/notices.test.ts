import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'

/** What happened to an account is told to its owner, where the mail can still be read by them. */
let app: AppInProcess
const kim = { handle: 'kim.test', email: 'kim@mail.test', password: 'the old password' }
let did: string
beforeAll(async () => {
  app = await startApp({ env: { ENTRYWAY_NAME: 'The Entryway' } })
  did = await app.addAccount(kim)
})
afterAll(() => app?.close())

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

async function call(method: string, input: object, headers: Record<string, string> = {}) {
  const answer = await app.ask({
    method: 'POST',
    target: `/xrpc/com.atproto.${method}`,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
    address: '192.0.2.7',
  })
  expect(answer).toMatchObject({ status: 200 })
}
const operator = () => ({
  authorization: `Basic ${Buffer.from(`admin:${app.runner.secrets.adminPassword}`).toString('base64')}`,
})
const mailWith = (subject: string) =>
  vi.waitFor(
    async () => {
      const mail = (await app.readMails()).find((one) => one.subject === subject)
      if (!mail) throw new Error(`No mail: ${subject}`)
      return mail
    },
    { timeout: 60_000 },
  )

test('a password that was set anew, with time, address and device', async () => {
  const browser = { 'user-agent': FIREFOX, 'accept-language': 'fr-CA, en;q=0.5' }
  await call('server.requestPasswordReset', { email: kim.email }, browser)
  const asked = await mailWith('Réinitialiser votre mot de passe')
  expect(asked.text).toMatch(/Date et lieu\u00a0: .+ UTC · 192\.0\.2\.7 · Firefox, Linux/)
  const [token] = asked.text?.match(/[A-Z2-7]{5}-[A-Z2-7]{5}/) ?? []
  await call('server.resetPassword', { token, password: 'the new password' }, browser)
  const mail = await mailWith('Votre mot de passe a été modifié')
  expect(mail.to?.[0]?.address).toBe(kim.email)
  expect(mail.text).toContain('192.0.2.7 · Firefox, Linux')
  expect(mail.text).toContain('The Entryway')
})

test('an address that the operator changed, at the address of before, and not where from', async () => {
  const email = 'other@mail.test'
  await call('admin.updateAccountEmail', { account: did, email }, operator())
  const mail = await mailWith('Your email address was changed')
  expect(mail.to?.[0]?.address).toBe(kim.email)
  expect(mail.text).toContain('UTC')
  expect(mail.text).not.toContain('192.0.2.7')
  expect(mail.text).not.toContain(email)
})

test('a password that the operator changed', async () => {
  await call('admin.updateAccountPassword', { did, password: 'another password' }, operator())
  const mail = await mailWith('Your password was changed')
  expect(mail.to?.[0]?.address).toBe('other@mail.test')
  expect(mail.text).not.toContain('another password')
})
