import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { newPerson, type Person } from '../shared/people/person.ts'
import * as rp from '../shared/people/relying_party.ts'
import { push, type Seen, Visitor } from '../shared/people/visitor.ts'

/**
 * Every page of a sign-in, in each order in which its language is decided: the person's choice, what the app asked for,
 * and what the browser prefers.
 */
let app: AppInProcess
let config: Awaited<ReturnType<typeof rp.discover>>
let person: Person
beforeAll(async () => {
  app = await startApp()
  config = await rp.discover(app, await rp.register(app))
  person = await newPerson(app)
})
afterAll(() => app?.close())

/** A browser, what an app asks for, and the language that the person chooses on the first page that they see. */
type Asked = { visitor: Visitor; more: Record<string, string>; chosen: string | undefined }
type Come = (asked: Asked) => Promise<Seen>

const entered = () => ({ username: person.handle, password: person.password })
const inThisProgram = (address = '') => address.replace(app.runner.settings.publicUrl, '')

/** Opens an address, and the same page in the language that is chosen there. */
async function open({ visitor, chosen }: Asked, address: string): Promise<Seen> {
  return choosing({ visitor, chosen }, await rp.follow(visitor, await visitor.open(address)))
}

async function choosing({ visitor, chosen }: Pick<Asked, 'visitor' | 'chosen'>, page: Seen) {
  if (chosen === undefined) return page
  return visitor.open(page.hrefs.find((href) => href.endsWith(`lang=${chosen}`)) ?? '')
}

/** Opens the sign-in for an OpenID client. */
async function openid(asked: Asked): Promise<Seen> {
  const { url } = await rp.begin(config, { prompt: 'consent', ...asked.more })
  return open(asked, url.pathname + url.search)
}

async function consentOf(asked: Asked): Promise<Seen> {
  return rp.follow(asked.visitor, await asked.visitor.send(await openid(asked), entered()))
}

const endSession = ({ more }: Asked) => `/openid/end-session?${new URLSearchParams(more)}`

/** Asks somebody who is signed in to a client whether to sign out. */
async function signOut(asked: Asked): Promise<Seen> {
  const page = await consentOf({ ...asked, more: {}, chosen: undefined })
  await rp.allow(asked.visitor, page)
  return open(asked, endSession(asked))
}

async function atproto(asked: Asked): Promise<Seen> {
  return open(asked, (await push(app, asked.more)).url)
}

async function signedIn(asked: Asked): Promise<Seen> {
  const page = await atproto(asked)
  return asked.visitor.follow(await asked.visitor.send(page, entered()))
}

/** Where the provider's page leads a browser without scripts. */
async function consentWithoutScripts(asked: Asked): Promise<Seen> {
  const { text } = await signedIn(asked)
  const to = /http-equiv="refresh" content="0;url=([^"]*)"/.exec(text)?.[1]
  return asked.visitor.open(to?.replaceAll('&amp;', '&') ?? '')
}

/** The page behind a form, which leads on to an app. */
async function leadingOn({ visitor }: Asked, answer: Seen, from = ''): Promise<Seen> {
  const { publicUrl } = app.runner.settings
  const headers = { 'sec-fetch-site': 'same-origin', referer: publicUrl + from }
  const page = await visitor.open(inThisProgram(answer.header('location')), { headers })
  expect(page.header('refresh')).toContain('code=')
  return page
}

const pages: Record<string, Come> = {
  'the sign-in for an OpenID client': openid,
  'a wrong password there': async (asked) =>
    asked.visitor.send(await openid(asked), { ...entered(), password: 'wrong' }),
  'the consent to an OpenID client': consentOf,
  'the page of one that has ended since the sign-in': async (asked) => {
    const answer = await asked.visitor.send(await openid(asked), entered())
    asked.visitor.cookies.clear()
    return asked.visitor.open(inThisProgram(answer.header('location')))
  },
  'the page of one that has ended since it was asked for': async (asked) => {
    const page = await consentOf(asked)
    asked.visitor.cookies.clear()
    return asked.visitor.send(page, { decision: 'allow' })
  },
  'the page that leads on to it': async (asked) => {
    const page = await consentOf(asked)
    return leadingOn(asked, await asked.visitor.send(page, { decision: 'allow' }))
  },
  'the question whether to sign out': signOut,
  'what says that it is done': async (asked) =>
    rp.follow(asked.visitor, await asked.visitor.send(await signOut(asked), { logout: 'yes' })),
  'what says that the person has stayed': async (asked) =>
    rp.follow(asked.visitor, await asked.visitor.send(await signOut(asked))),
  'the sign-in for an app': atproto,
  'the page of the provider': signedIn,
  'the consent without scripts': consentWithoutScripts,
  'the page that leads on to an app': async (asked) => {
    const page = await consentWithoutScripts(asked)
    const [, query = ''] = page.action?.split('?') ?? []
    return leadingOn(asked, await asked.visitor.send(page), `/oauth/authorize?${query}`)
  },
}

const languageOf = ({ text }: Seen) => /<html lang="([^"]*)"/.exec(text)?.[1]

/** A browser that would read Swedish. */
function swede(): Visitor {
  const visitor = new Visitor(app)
  visitor.language = 'sv-SE'
  return visitor
}

describe.each(Object.entries(pages))('%s', (_, come) => {
  test.each([
    ['the browser’s', {}, undefined, 'sv'],
    ['that of the app, before it', { ui_locales: 'de fr-CA' }, undefined, 'fr'],
    ['the person’s, before both', { ui_locales: 'fr' }, 'ko', 'ko'],
  ] as const)('is in the language that is %s', async (_, more, chosen, language) => {
    expect(languageOf(await come({ visitor: swede(), more, chosen }))).toBe(language)
  })
})

test.each([
  ['of the person’s choice', 'ko', 'ko'],
  ['of the browser', undefined, 'sv-SE'],
] as const)(
  'mails come in the language %s, not in that of the app',
  async (_, chosen, language) => {
    person = await newPerson(app)
    const asked = { visitor: swede(), more: { ui_locales: 'fr' }, chosen }
    expect(languageOf(await consentOf(asked))).toBe(chosen ?? 'fr')
    expect(await person.account.readLanguage()).toBe(language)
  },
)

/** Pages that offer no other language: it may stand in their address. */
const addresses: Record<string, (more: string) => Promise<Seen>> = {
  'the page that signs out by itself whom it does not know': async (more) =>
    swede().open(`/openid/end-session?${more}`),
  'what comes after that': async (more) => {
    const visitor = swede()
    const { action, ...page } = await visitor.open(`/openid/end-session?${more}`)
    return rp.follow(visitor, await visitor.send({ ...page, action: inThisProgram(action) }))
  },
  'the page of a link that is wrong': async (more) => {
    const { url } = await rp.begin(config, { redirect_uri: 'https://evil.example.com' })
    return swede().open(`${url.pathname}${url.search}&${more}`)
  },
  'the page of a sign-in that has ended': async (more) => {
    const { url } = await push(app)
    return swede().open(`${url.slice(0, -4)}0000&${more}`)
  },
  'the page of a sign-in for an OpenID client that has ended': async (more) => {
    const visitor = swede()
    const { url } = await rp.begin(config)
    const { header } = await visitor.open(`${url.pathname}${url.search}&${more}`)
    visitor.cookies.clear()
    return visitor.open(inThisProgram(header('location')))
  },
  'what says that there is no page': async (more) =>
    swede().open(`/nowhere?${more}`, { headers: { accept: 'text/html' } }),
  'the first page': async (more) => swede().open(`/?${more}`),
}

test.each(Object.entries(addresses))('%s', async (_, come) => {
  for (const [more, language] of [
    ['', 'sv'],
    ['ui_locales=de+fr-CA', 'fr'],
    ['ui_locales=fr&lang=ko', 'ko'],
  ] as const) {
    expect([more, languageOf(await come(more))]).toEqual([more, language])
  }
})
