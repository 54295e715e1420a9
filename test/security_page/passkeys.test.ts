import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { SoftAuthenticator } from '../../lab/world/browser/passkeys.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { itemsOf } from '../shared/pages/forms_of.ts'
import * as security from '../shared/pages/security_page.ts'
import { answerOf, asked, newOwner, type Owner } from '../shared/people/passkey_owner.ts'
import type { Seen, Visitor } from '../shared/people/visitor.ts'

/** The passkeys on the security page, over databases: what the script of the page sends is sent here. */
const { PAGE } = security
const TASK = `${PAGE}/passkeys`
let app: AppInProcess
let owner: Owner
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app?.close())
beforeEach(async () => {
  app.counters.exec('DELETE FROM counter')
  owner = await newOwner(app)
})

const come = (box?: Record<string, string>) => security.come(app, owner, box)
/** Proves with the passkey, and goes on to the list of them. */
async function begin(visitor: Visitor): Promise<Seen> {
  const page = await visitor.open(TASK)
  const step = await visitor.send(page, { with: 'passkey' })
  expect(step.title).toBe('Confirm that it is you')
  return visitor.follow(await visitor.send(step, answerOf(owner.authenticator.use(asked(step)))))
}
const formOf = (page: Seen, action: string) => security.formTo(page, `${action}-passkey`)
const item = (page: Seen) => itemsOf(page).find((each) => each.startsWith('Passkey'))
const STALE = 'The page was open for too long. Please try again.'
const NOT_ACCEPTED = 'This passkey was not accepted. Try again, or choose another way.'

test.each([
  ['remembered', { remember: 'on' }],
  ['not remembered', {}],
])('a further one is added, renamed and removed: %s', async (_, box) => {
  const visitor = await come(box)
  const page = await begin(visitor)
  expect([page.title, itemsOf(page)[0]]).toEqual(['Passkey', expect.stringMatching(/^Phone since/)])
  const options = asked(page)
  expect(options.excludeCredentials).toHaveLength(1)
  const key = new SoftAuthenticator(app.runner.settings.publicUrl)
  const made = { name: 'Key', ...answerOf(key.create(options)) }
  const added = await visitor.follow(await visitor.send(formOf(page, 'add'), made))
  expect([added.notice, item(added)]).toEqual([
    'Your ways to sign in have changed.',
    'Passkey Phone, Key',
  ])
  // The second factor was there before, with its recovery codes.
  expect(added.text).not.toContain('class="codes"')
  const list = await visitor.open(TASK)
  const renamed = await visitor.send(formOf(list, 'rename'), { name: 'Old phone' })
  expect(item(await visitor.follow(renamed))).toBe('Passkey Old phone, Key')
  const removed = await visitor.send(formOf(await visitor.open(TASK), 'remove'))
  const after = await visitor.follow(removed)
  expect(item(after)).toBe('Passkey Key')
  expect(itemsOf(after).join()).toContain('A second factor was removed')
})

test('what is no passkey, or was made for another page, is not added', async () => {
  const visitor = await come()
  const page = await begin(visitor)
  const other = await visitor.open(TASK)
  const key = new SoftAuthenticator(app.runner.settings.publicUrl)
  let shown = page
  for (const make of [
    () => ({ passkey: '' }),
    () => ({ passkey: '{}' }),
    () => answerOf(key.create(asked(other))),
    () => answerOf(key.create(asked(shown), { origin: 'https://evil.test' })),
  ]) {
    shown = await visitor.send(formOf(shown, 'add'), { ...make(), name: 'My key' })
    expect([shown.status, shown.alert]).toEqual([400, NOT_ACCEPTED])
    expect(formOf(shown, 'add').fields.name).toBe('My key')
  }
  const twice = answerOf(key.create(asked(other)))
  expect((await visitor.send(formOf(other, 'add'), twice)).status).toBe(303)
  const another = answerOf(
    new SoftAuthenticator(app.runner.settings.publicUrl).create(asked(other)),
  )
  const again = await visitor.send(formOf(other, 'add'), another)
  expect([again.status, again.alert]).toEqual([400, STALE])
})

test('nothing changes without a proof, and a wrong passkey is none', async () => {
  const visitor = await come()
  const step = await visitor.send(await visitor.open(TASK), { with: 'passkey' })
  const thief = new SoftAuthenticator(app.runner.settings.publicUrl)
  const user = { id: 'AAAA', name: '', displayName: '' }
  thief.create({ rp: { id: 'localhost', name: '' }, user, challenge: '', pubKeyCredParams: [] })
  const wrong = await visitor.send(step, answerOf(thief.use(asked(step))))
  expect([wrong.status, wrong.alert]).toEqual([400, NOT_ACCEPTED])
  const own = await begin(await come())
  for (const action of ['add', 'rename', 'remove']) {
    const form = formOf(own, action)
    const fields = { ...form.fields, form: wrong.fields.form ?? '', name: 'x' }
    const answer = await visitor.send({ ...form, fields })
    expect(answer.title).toBe('Confirm that it is you')
  }
  expect(item(await visitor.open(PAGE))).toBe('Passkey Phone')
})

test('who comes back to where the password was taken off sees how it stands, and no refusal', async () => {
  const visitor = await come()
  const task = `${PAGE}/password`
  const step = await visitor.open(task)
  const given = answerOf(owner.authenticator.use(asked(step)))
  const page = await visitor.follow(await visitor.send(step, given))
  const removed = await visitor.follow(await visitor.send(page))
  const none = 'Password None. You sign in with a passkey.'
  expect(itemsOf(removed)).toContain(none)
  const again = await visitor.open(task)
  expect([again.status, again.title, again.alert]).toEqual([200, 'Security', undefined])
  expect(itemsOf(again)).toContain(none)
})

test('a passkey that was removed in another tab is not said to be renamed', async () => {
  const visitor = await come()
  const page = await begin(visitor)
  await visitor.send(formOf(page, 'remove'))
  const late = await visitor.send(formOf(page, 'rename'), { name: 'Old phone' })
  expect([late.status, late.alert]).toEqual([400, STALE])
  expect(item(late)).toBe('Passkey Off')
})

test.each(PAGE_LANGUAGES)('in %s', async (language) => {
  const visitor = await come()
  visitor.language = language
  const step = await visitor.send(await visitor.open(TASK), { with: 'passkey' })
  const given = answerOf(owner.authenticator.use(asked(step)))
  const page = await visitor.follow(await visitor.send(step, given))
  const texts = securityTexts[language]
  for (const text of [texts.passkeysLead, texts.addPasskey, texts.needsScript, texts.rename]) {
    expect(page.text.replaceAll('&#39;', "'")).toContain(text)
  }
})
