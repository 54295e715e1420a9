import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROOF_AGAIN } from '../../base/lifetimes.ts'
import { TOTP_STEP } from '../../lab/clients/headless_authenticator.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { formOf, OPERATOR_PAGE } from '../../operator/paths.ts'
import { eachTestAnew } from '../shared/each_test_anew.ts'
import { nextStep } from '../shared/people/authenticator.ts'
import {
  newOperator,
  newSomebody,
  type Somebody,
  startOperatorApp,
} from '../shared/people/operators.ts'
import { type Seen, Visitor } from '../shared/people/visitor.ts'

/** An operator whose browser remembers them, and who signed in there with a code, signs in anew by one form. */
let app: AppInProcess
beforeAll(async () => {
  app = await startOperatorApp()
})
afterAll(() => app?.close())
eachTestAnew(() => app)

/** A browser in which people have signed in with a code and are remembered. */
async function remembering(...people: Somebody[]): Promise<Visitor> {
  const visitor = new Visitor(app)
  for (const { handle: username, password, own } of people) {
    nextStep()
    const page = await visitor.open('/account/sign-in?step=sign-in')
    const step = await visitor.send(page, { username, password, remember: 'on' })
    expect((await visitor.send(step, { code: own.code() })).status).toBe(303)
  }
  nextStep(PROOF_AGAIN / TOTP_STEP + 1)
  return visitor
}

/** What the link “Sign in” of the page leads to. */
async function signInFrom(visitor: Visitor, page: Seen): Promise<Seen> {
  const way = page.hrefs.find((href) => href.startsWith('/account/')) ?? ''
  const next = await visitor.open(way)
  return next.status === 303 ? visitor.follow(next) : next
}

const whole = ({ handle: username }: Somebody) => ({ username, password: '', code: '' })
const given = ({ password, own }: Somebody) => ({ password, code: own.code() })

test('on the way in, and where a command asks for it', async () => {
  const operator = await newOperator(app)
  const eve = await newSomebody(app)
  const visitor = await remembering(operator)
  const page = await signInFrom(visitor, await visitor.open(OPERATOR_PAGE))
  expect([page.title, page.fields]).toEqual(['Sign in', expect.objectContaining(whole(operator))])
  const entered = await visitor.follow(await visitor.send(page, given(operator)))
  expect(entered.header('location')).toBe(OPERATOR_PAGE)
  nextStep(PROOF_AGAIN / TOTP_STEP + 1)
  const { form = '' } = (await visitor.open(OPERATOR_PAGE)).fields
  const command = { action: formOf('operator add'), fields: { form } }
  const asked = await visitor.send(command, { account: eve.handle })
  const again = await signInFrom(visitor, asked)
  expect([asked.status, again.fields]).toEqual([403, expect.objectContaining(whole(operator))])
  const back = await visitor.follow(await visitor.send(again, given(operator)))
  expect((await visitor.follow(back)).text).toContain(`value="${eve.did}"`)
})

test('what was filled in comes back as far as nginx takes the header of an answer', async () => {
  const operator = await newOperator(app)
  const comesBack: boolean[] = []
  for (const length of [500, 1_000, 2_000, 2_500]) {
    const visitor = await remembering(operator)
    const page = await signInFrom(visitor, await visitor.open(OPERATOR_PAGE))
    await visitor.follow(await visitor.send(page, given(operator)))
    const { form = '' } = (await visitor.open(OPERATOR_PAGE)).fields
    nextStep(PROOF_AGAIN / TOTP_STEP + 1)
    const command = { action: formOf('openid client add'), fields: { form } }
    const metadata = JSON.stringify({ client_name: 'x'.repeat(length) })
    const sent = await visitor.send(command, { id: 'a-client', metadata })
    expect(sent.status).toBe(403)
    const back = await visitor.send(await signInFrom(visitor, sent), given(operator))
    const address = back.header('location') ?? ''
    expect(address.length + back.cookies.join().length).toBeLessThan(3_600)
    comesBack.push(address.includes('filled'))
  }
  expect(comesBack).toEqual([true, true, false, false])
})

test('who is one of several in the browser chooses first, and no sign-in of before lets them in', async () => {
  const [operator, other] = [await newOperator(app), await newSomebody(app)]
  const visitor = await remembering(operator, other)
  const choice = await signInFrom(visitor, await visitor.open(OPERATOR_PAGE))
  expect(choice.title).toBe('Choose an account')
  const ways = choice.hrefs.filter((href) => href.includes('account=did'))
  expect(ways.map((way) => new URL(way, 'http://localhost').pathname)).toEqual([
    '/account/sign-in',
    '/account/sign-in',
  ])
  const wayOf = ({ did }: Somebody) =>
    ways.find((each) => each.includes(encodeURIComponent(did))) ?? ''
  const refused = await visitor.follow(
    await visitor.send(await visitor.open(wayOf(other)), given(other)),
  )
  expect([refused.status, refused.title]).toEqual([403, 'Not an operator'])
  expect((await signInFrom(visitor, refused)).title).toBe('Choose an account')
  const page = await visitor.open(wayOf(operator))
  expect(page.fields).toMatchObject(whole(operator))
  const entered = await visitor.follow(await visitor.send(page, given(operator)))
  expect(entered.header('location')).toBe(OPERATOR_PAGE)
})
