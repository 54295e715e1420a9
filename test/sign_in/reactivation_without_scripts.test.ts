import { afterAll, beforeAll, expect, test } from 'vitest'
import { PAGE_LANGUAGES } from '../../http/language.ts'
import { errorPageTexts } from '../../http/page/locales/index.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { refusalWords } from '../../oauth/pages/refusal_words.ts'
import { signInTexts } from '../../pages/sign_in/locales/index.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import { push, type Seen, Visitor } from '../shared/people/visitor.ts'

/** In a browser that runs no scripts, a person says on a page of ours that their account shall be active again. */
const { title } = signInTexts.en.reactivation
let app: AppInProcess
let failing: string | null = null
beforeAll(async () => {
  app = await startApp({
    onCall: ({ actor, action }) => {
      if (`${actor}.${action}` === failing) throw new Error('away')
    },
  })
})
afterAll(() => app?.close())

/** Somebody whose account is deactivated comes to where that is asked. */
async function come(remember = false) {
  const person = await newPerson(app)
  await deactivate(person)
  const visitor = new Visitor(app)
  const { url } = await push(app)
  const form = await visitor.open(`${url}&step=sign-in`)
  const { handle: username, password } = person
  const entered = { username, password, ...(remember && { remember: 'on' }) }
  const provided = await visitor.follow(await visitor.send(form, entered))
  const at = leadsTo(provided) ?? ''
  return { person, visitor, url, at, page: await visitor.open(at) }
}

const deactivate = ({ account }: Person) =>
  account.deactivate({ deleteAfter: null, deleteCredentials: false }, null)
const isActive = async ({ account }: Person) => (await account.read())?.deactivatedAt === null
const leadsTo = ({ text }: Seen) =>
  /<noscript><meta http-equiv="refresh" content="0;url=([^"]*)"/
    .exec(text)?.[1]
    ?.replaceAll('&amp;', '&')

test.each([true, false])('asks whether it shall, remembered: %s', async (remember) => {
  const { person, url, page } = await come(remember)
  expect(page).toMatchObject({ status: 200, title })
  expect(page.text).toContain(`@${person.handle} is deactivated.`)
  expect(page.hrefs).toEqual(expect.arrayContaining([`${url}&step=choose`, `${url}&step=cancel`]))
  expect(await isActive(person)).toBe(false)
})

test('says that it comes later where the PDS does not answer', async () => {
  const { visitor, page } = await come()
  const answer = await visitor.send(page)
  expect([answer.status, answer.title, answer.alert]).toEqual([424, title, refusalWords[424]?.en])
  expect(answer.action).toBe(page.action)
})

test('can be sent again where this service failed', async () => {
  const { visitor, at, page } = await come()
  failing = 'directory.beginStandingChange'
  const answer = await visitor.send(page).finally(() => {
    failing = null
  })
  expect([answer.status, answer.title]).toEqual([503, errorPageTexts.en.obstacles.server.title])
  expect(answer.hrefs).toContain(at)
  expect((await visitor.send(page)).title).toBe(title)
})

test('is not there for an account that is active: the person decides what the app may do', async () => {
  const { person, visitor, at, page } = await come()
  await person.account.activate(null)
  expect(leadsTo(await visitor.open(at))).toBe(at.replace('=reactivate', '=consent'))
  const answer = await visitor.send(page)
  expect(answer.status).toBe(303)
  expect(leadsTo(await visitor.follow(answer))).toContain('step=consent')
})

test('a form that was not shown to this browser for this request changes nothing', async () => {
  const place = await come()
  const other = await come()
  for (const form of [other.page.fields.form ?? '', '']) {
    const answer = await place.visitor.send(place.page, { form })
    expect([answer.status, answer.header('location')]).toEqual([303, place.at])
  }
})

test('is of the account that the page named', async () => {
  const [place, other] = [await come(true), await newPerson(app)]
  await deactivate(other)
  const { person, visitor, page } = place
  const action = page.action?.replace(encodeURIComponent(person.did), encodeURIComponent(other.did))
  expect(action).not.toBe(page.action)
  const answer = await visitor.send({ ...page, action })
  expect([answer.status, answer.text.includes(`@${person.handle}`)]).toEqual([424, true])
})

test('nobody does it who is signed out meanwhile', async () => {
  const { person, visitor, url, page } = await come()
  await person.account.signOutEverywhere()
  const answer = await visitor.send(page)
  expect(answer.status).toBe(303)
  expect((await visitor.follow(answer)).title).toBe('Sign in')
  expect((await visitor.open(url)).title).toBe('Sign in')
})

test.each(PAGE_LANGUAGES)('%s', async (language) => {
  const { visitor, at } = await come()
  const page = await visitor.open(`${at}&lang=${language}`)
  const { reactivation } = signInTexts[language]
  expect(page.title).toBe(reactivation.title)
  for (const each of [reactivation.what, reactivation.confirm]) expect(page.text).toContain(each)
})
