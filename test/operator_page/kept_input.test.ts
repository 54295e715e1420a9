import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { signedOutMeanwhile } from '../../base/errors.ts'
import { OPERATOR_IDLE, PROOF_AGAIN } from '../../base/lifetimes.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { type Field, fieldsOf } from '../../operator/descriptions/fields.ts'
import { descriptions } from '../../operator/descriptions/index.ts'
import { formOf } from '../../operator/paths.ts'
import {
  command,
  enterAs,
  enterByLink,
  newOperator,
  newSomebody,
  PAGE,
  startOperatorApp,
} from '../shared/people/operators.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'

/** What an operator has typed is still there where it was not done, and the page says that it was not. */
let app: AppInProcess
let visitor: Visitor
let failing: ((action: string) => void) | null = null
/** The form of a session that is another one by now. */
let stale: string
beforeAll(async () => {
  app = await startOperatorApp({}, ({ action }) => failing?.(action))
  stale = (await (await enterByLink(app)).open(PAGE)).fields.form as string
  visitor = await enterByLink(app)
})
afterAll(() => app?.close())
afterEach(() => {
  failing = null
  vi.useRealTimers()
})

const later = (ms: number) => {
  vi.useFakeTimers({ now: Date.now() + ms + 1_000, toFake: ['Date'] })
}

function typedInto({ kind, choices, range }: Field): string {
  if (kind === 'switch') return 'on'
  if (kind === 'choice') return choices[0] ?? ''
  return kind === 'number' ? String(range.least + 1) : `typed <${kind}>`
}

/** How a field stands in a page that was filled in. */
function filledIn({ name, kind }: Field, typed: string): RegExp {
  const value = typed.replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  if (kind === 'switch') return RegExp(`id="${name}"[^>]* checked`)
  if (kind === 'choice') return RegExp(`id="${name}"[\\s\\S]*<option selected>${value}<`)
  return ['list', 'json'].includes(kind)
    ? RegExp(`id="${name}"[^>]*>${value}</textarea>`)
    : RegExp(`id="${name}"[^>]* value="${value}"`)
}

const send = (from: Visitor, form: string, words: string, fields: Record<string, string>) =>
  from.send({ action: formOf(words), fields: { form } }, fields)

const acting = descriptions.filter(
  (each) => each.kind === 'acts' && Object.keys(each.takes).length > 0,
)

test.each(acting)('$words, of a form from before a new sign-in', async (description) => {
  const fields = fieldsOf(description)
  const typed = Object.fromEntries(fields.map((field) => [field.name, typedInto(field)]))
  const seen = await send(visitor, stale, description.words, typed)
  expect([seen.status, seen.alert]).toEqual([400, expect.stringContaining('nothing was done')])
  for (const field of fields) {
    const isShown = filledIn(field, typed[field.name] ?? '').test(seen.text)
    expect([field.name, isShown]).toEqual([field.name, field.elsewhere !== 'secret'])
  }
})

const signInLink = ({ hrefs }: Seen) => hrefs.find((href) => href.startsWith('/account/')) as string

test('who signs in again, since that is asked for, comes back to it', async () => {
  const operator = await newOperator(app)
  const eve = await newSomebody(app)
  const browser = await enterAs(app, operator)
  const { form = '' } = (await browser.open(PAGE)).fields
  later(PROOF_AGAIN)
  const seen = await send(browser, form, 'operator add', { account: eve.handle })
  expect([seen.status, seen.text.includes('Nothing was done')]).toEqual([403, true])
  const { handle: username, password, own } = operator
  const step = await browser.send(await browser.open(signInLink(seen)), { username, password })
  const signedIn = await browser.send(step, { code: own.recoveryCodes.pop() as string })
  const entered = await browser.follow(signedIn)
  expect(entered.header('location')).toMatch(/^\/operator\/do\/operator\/add\?filled=/)
  const page = await browser.follow(entered)
  expect([page.title, page.text.includes(`value="${eve.did}"`)]).toEqual(['Operator add', true])
  expect(await app.actors.directory.isOperator(eve.did)).toBe(false)
})

test('whose session is over reads that nothing was done, and comes back to it', async () => {
  const operator = await newOperator(app)
  const browser = await enterAs(app, operator)
  const { form = '' } = (await browser.open(PAGE)).fields
  later(OPERATOR_IDLE)
  const given = { account: operator.handle, email: 'new@mail.internal' }
  const seen = await send(browser, form, 'account set-email', given)
  expect([seen.status, seen.notice]).toEqual([403, expect.stringContaining('Nothing was done')])
  const turned = await browser.open(signInLink(seen))
  const back = new URL(turned.header('location') ?? '', 'http://localhost').searchParams.get('to')
  vi.useRealTimers()
  expect((await visitor.open(back ?? '')).text).toContain(`value="${given.email}"`)
})

test('who says no to a question has what was filled in', async () => {
  const { did, handle } = await newSomebody(app)
  const { form = '' } = (await visitor.open(PAGE)).fields
  const asked = await send(visitor, form, 'account takedown', { account: handle, ref: 'spam' })
  const no = asked.hrefs.find((href) => href.startsWith(`${formOf('account takedown')}?`)) ?? ''
  const back = await visitor.open(no)
  for (const value of [did, 'spam']) expect(back.text).toContain(`value="${value}"`)
})

test('an account is named as apps write it, too, and the question says whose it is', async () => {
  const { did, handle } = await newSomebody(app)
  const { form = '' } = (await visitor.open(PAGE)).fields
  const asked = await send(visitor, form, 'account takedown', { account: `at://${handle}` })
  expect(asked.text).toContain(`Take ${handle} (${did}) down?`)
})

/** Addresses to which a page leads. */
const leadsTo = ({ hrefs, header }: Seen) => [...hrefs, header('location') ?? ''].map(decoded)
/** Also of an address in an address. */
const decoded = (address: string) => decodeURIComponent(decodeURIComponent(address))

test.each(acting)('$words: no address has what was filled in', async (description) => {
  const { words } = description
  const fields = fieldsOf(description)
  const own = fields.filter(({ kind }) => kind === 'text' || kind === 'json' || kind === 'list')
  const { handle } = await newSomebody(app)
  const secret = (name: string) => (name.startsWith('account') ? handle : `{"a":"typed-${name}"}`)
  const typed = Object.fromEntries([
    ...fields.map((field) => [field.name, typedInto(field)]),
    ...own.map(({ name }) => [name, secret(name)]),
  ])
  const outside = new Visitor(app)
  const { form = '' } = (await visitor.open(PAGE)).fields
  later(PROOF_AGAIN)
  const pages = [
    await send(outside, '', words, typed),
    await send(visitor, stale, words, typed),
    await send(visitor, form, words, typed),
    await outside.open(formOf(words, typed)),
  ]
  for (const page of pages) {
    const addresses = leadsTo(page).filter(
      (address) => !address.startsWith('/operator/do/account/'),
    )
    expect(addresses.filter((address) => /typed-/.test(address))).toEqual([])
  }
  const [answer] = pages
  const back = new URL((answer && signInLink(answer)) ?? '', 'http://a').searchParams.get('to')
  const page = await visitor.open(back ?? '')
  for (const { name, elsewhere } of own) {
    expect(page.text.includes(secret(name).replaceAll('"', '&quot;'))).toBe(elsewhere !== 'secret')
  }
})

test('the field that is wrong is the one at which a person goes on', async () => {
  const { form = '' } = (await visitor.open(PAGE)).fields
  const seen = await send(visitor, form, 'invite create', { count: 'many', uses: '2' })
  expect([seen.begins, seen.wrong]).toEqual(['count', ['count']])
})

test('the name of a tab says what came of it, and about whom', async () => {
  const { did, handle } = await newSomebody(app)
  const { form = '' } = (await visitor.open(PAGE)).fields
  const done = await send(visitor, form, 'invite create', { account: did })
  expect(done.text).toContain(`<title>Done. – Invite create – ${did} – Operator`)
  const shown = await visitor.open(formOf('account show', { account: handle }))
  expect(shown.text).toContain(`<title>Account show – ${handle} – Operator`)
})

test('who is signed out while something is done reads that it may be done', async () => {
  const { did } = await newSomebody(app)
  const { form = '' } = (await visitor.open(PAGE)).fields
  failing = (action) => {
    // As it comes over the boundary of an actor.
    if (action === 'isOperator') throw Object.assign(signedOutMeanwhile(), { group: 'user' })
  }
  later(PROOF_AGAIN)
  const seen = await send(visitor, form, 'account activate', { account: did })
  expect([seen.status, seen.notice]).toEqual([403, expect.stringContaining('is not known')])
  expect(seen.notice).not.toContain('Nothing was done')
})

test('what was done and cannot be kept in the trail is told as done, and logged', async () => {
  const log = vi.spyOn(app.runner.log, 'error').mockImplementation(() => {})
  onTestFinished(() => log.mockRestore())
  const { did, handle } = await newSomebody(app)
  failing = (action) => {
    if (action === 'addOperatorAct') throw new Error('away')
  }
  const made = await command(app, 'invite/create', { account: handle })
  expect([made.status, made.body.codes.length]).toEqual([200, 1])
  const act = { command: 'invite/create', operator: 'the command line', err: expect.any(Error) }
  expect(log).toHaveBeenCalledWith(expect.objectContaining(act), expect.any(String))
  failing = null
  const { body } = await command(app, 'invite/list', { account: did })
  expect(body.codes).toHaveLength(1)
})
