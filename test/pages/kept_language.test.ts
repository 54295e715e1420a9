import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inLanguage, type Wish, wishOf } from '../../http/language.ts'
import { DEVICE_CODE } from '../../lab/clients/headless_openid.ts'
import { loopbackClientId } from '../../lab/clients/oauth_app.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { ACTIONS } from '../../oauth/paths.ts'
import { SECURITY_ACTIONS, SECURITY_TASKS, securityTask } from '../../oauth/security_paths.ts'
import { makeSignOutLink } from '../../sagas/notices/sign_out_link.ts'
import { signInNow } from '../shared/account_state.ts'
import { REQUEST } from '../shared/mistakes.ts'
import { type Form, formsOf } from '../shared/pages/forms_of.ts'
import { formTo } from '../shared/pages/security_page.ts'
import { enrol } from '../shared/people/authenticator.ts'
import { newSomebody, type Somebody } from '../shared/people/operators.ts'
import { answerOf, newOwner, asked as options } from '../shared/people/passkey_owner.ts'
import { newPerson } from '../shared/people/person.ts'
import * as rp from '../shared/people/relying_party.ts'
import { push, type Seen, Visitor } from '../shared/people/visitor.ts'
import { servicesOf } from '../shared/services.ts'

/**
 * What a person chose stays: each address that a page of this service leads to says in which language it is read, and so
 * does what comes after each form, be it taken or refused.
 */
const ORIGIN = 'http://localhost:2600'
let app: AppInProcess
let client: Awaited<ReturnType<typeof rp.discover>>
let tool: Awaited<ReturnType<typeof rp.discover>>
let person: Somebody
/** What was posted: the last word of its path. */
const sent = new Set<string>()

beforeAll(async () => {
  app = await startApp({
    env: {
      ENTRYWAY_RATE_LIMITS: 'off',
      ENTRYWAY_OPERATOR_PAGE: 'public',
      ENTRYWAY_INVITE_REQUIRED: 'true',
      ENTRYWAY_USER_INVITES: '9',
    },
  })
  client = await rp.discover(app, await rp.register(app))
  const metadata = {
    ...{ redirect_uris: undefined, response_types: [], post_logout_redirect_uris: undefined },
    ...{ token_endpoint_auth_method: 'none', grant_types: [DEVICE_CODE] },
  }
  await rp.register(app, { id: 'tool', metadata })
  tool = await rp.discover(app, null, 'tool')
})
afterAll(() => app?.close())

/** Looks at each answer that it gets. */
class Reader extends Visitor {
  readonly #wish: Wish
  override language = 'sv-SE'

  constructor(wish: Wish) {
    super(app)
    this.#wish = wish
  }

  override async open(...given: Parameters<Visitor['open']>): Promise<Seen> {
    return this.#read(given[0], await super.open(...given))
  }

  override async send(...given: Parameters<Visitor['send']>): Promise<Seen> {
    const { action = '' } = given[0]
    sent.add(new URL(action, ORIGIN).pathname.split('/').at(-1) ?? '')
    return this.#read(action, await super.send(...given))
  }

  #read(from: string, page: Seen): Seen {
    const { language, locale } = this.#wish
    const lang = /<html lang="([^"]*)"/.exec(page.text)?.[1]
    if (!isForOperators(from) && lang) {
      expect([from, page.title, lang]).toEqual([from, page.title, language ?? locale])
    }
    const forgetful = [...leadsOf(page), page.header('location') ?? ''].filter(
      (address) => isOwn(address) && !says(address, this.#wish),
    )
    expect([from, page.title, forgetful]).toEqual([from, page.title, []])
    return page
  }
}

/** For somebody else, whose language is theirs to choose. */
const isInvite = (address: string) => address.includes('?invite=')

/** The operator's page is in English. */
const isForOperators = (address: string) =>
  /^\/(operator|account\/operator)/.test(new URL(address, ORIGIN).pathname)

const isOwn = (address: string) => {
  const url = URL.parse(address, ORIGIN)
  const isLed = url?.origin === ORIGIN && !isForOperators(address)
  return address !== '' && isLed && !isInvite(address)
}

function says(address: string, wish: Wish): boolean {
  const said = wishOf(new URL(address, ORIGIN))
  return wish.language ? said.language === wish.language : said.locale === wish.locale
}

/** Where the links and forms of a page lead, but for those to other languages. */
function leadsOf({ text }: Seen): string[] {
  const links = [
    ...text.matchAll(/<(?:a|form)(?= )(?![^>]*hreflang=)[^>]* (?:href|action)="([^"]*)"/g),
  ]
  const refresh = [...text.matchAll(/content="0;url=([^"]*)"/g)]
  return [...links, ...refresh].map(([, address = '']) => address.replaceAll('&amp;', '&'))
}

/** Sends each form of a page in each way in which it is refused, and then as it is. */
async function sendAll(reader: Reader, page: Seen, fields: Record<string, string> = {}) {
  for (const form of formsOf(page)) {
    await reader.send(form, {}, { headers: { 'sec-fetch-site': '' } })
    const stale = { ...fields, form: 'of another browser' }
    await reader.follow(await reader.send(form, stale))
    const kept = new Map(reader.cookies)
    reader.cookies.clear()
    await reader.follow(await reader.send(form, fields))
    reader.cookies.clear()
    for (const [name, cookie] of kept) reader.cookies.set(name, cookie)
    await reader.follow(await reader.send(form, { ...fields, ...sample(form) }))
  }
}

/** What a person may have typed. */
function sample({ action = '' }: Form): Record<string, string> {
  return action.includes('/form/sign-in') ? { username: person.handle, password: 'wrong' } : {}
}

const right = () => ({ username: person.handle, password: person.password })

/** Enters the password, and a recovery code. @returns the answer to that */
async function signIn(reader: Reader, page: Seen): Promise<Seen> {
  const step = await reader.send(page, right())
  await sendAll(reader, step)
  const answer = await reader.send(step, { code: person.own.recoveryCodes.pop() ?? '' })
  expect(answer.status).toBe(303)
  return answer
}

/** Goes where a page leads, one link far, and sends what forms there are. */
async function look(reader: Reader, page: Seen): Promise<void> {
  for (const address of new Set(leadsOf(page).filter(isOwn))) {
    if (address.includes('/form/') || address.includes('step=cancel')) continue
    await sendAll(reader, await reader.open(address))
  }
  // Afterwards, since one of them signs out.
  await sendAll(reader, page)
}

/** What an OpenID client has a browser open. */
async function openidUrl(more: Record<string, string> = {}): Promise<string> {
  const { url } = await rp.begin(client, { prompt: 'consent', ...more })
  return url.pathname + url.search
}

/** Of which a person can take something. */
const SCOPE = 'atproto transition:generic transition:email'

/** Each way to a page of a sign-in that an app asks for. */
const asking: Record<string, (wish: Wish) => Promise<string>> = {
  'an app of atproto': async ({ language, locale }) => {
    const { url } = await push(app, {
      ...{ client_id: loopbackClientId(REQUEST.redirect_uri, SCOPE), scope: SCOPE },
      ...(locale && { ui_locales: locale }),
    })
    return inLanguage(url, { language })
  },
  'an OpenID client': async ({ language, locale }) =>
    inLanguage(await openidUrl(locale && { ui_locales: locale }), { language }),
}

const wishes: [string, Wish][] = [
  ['chosen', { language: 'ko' }],
  ['chosen, and the default of those who ask for none', { language: 'en' }],
  ['asked for', { locale: 'fr' }],
]

describe.each(wishes)('a language that was %s', (_, wish) => {
  beforeEach(async () => {
    person = await newSomebody(app)
  })

  test.each(Object.entries(asking))('a sign-in for %s', async (_, begin) => {
    const first = new Reader(wish)
    await look(first, await rp.follow(first, await first.open(await begin(wish))))
    const reader = new Reader(wish)
    const asked = await rp.follow(reader, await reader.open(await begin(wish)))
    const answer = await signIn(reader, asked)
    const page = await rp.follow(reader, answer)
    const permissions = `${answer.header('location')}&step=permissions`
    await sendAll(reader, await rp.follow(reader, await reader.open(permissions)))
    await look(reader, page)
    // In a browser that knows somebody.
    await look(reader, await rp.follow(reader, await reader.open(await begin(wish))))
  })

  test('who had deactivated the account', async () => {
    await person.account.deactivate({ deleteAfter: null, deleteCredentials: false }, null)
    const reader = new Reader(wish)
    const begin = asking['an app of atproto'] as (wish: Wish) => Promise<string>
    const asked = await reader.open(await begin(wish))
    await look(reader, await reader.follow(await signIn(reader, asked)))
  })

  test('signing out of an OpenID client', async () => {
    for (const fields of [{ logout: 'yes' }, {}]) {
      const reader = new Reader(wish)
      const asked = await rp.follow(reader, await reader.open(inLanguage(await openidUrl(), wish)))
      await rp.allow(reader, await rp.follow(reader, await signIn(reader, asked)))
      const page = await reader.open(inLanguage('/openid/end-session', wish))
      await sendAll(reader, page, fields as Record<string, string>)
      await rp.follow(reader, await reader.send(page, fields as Record<string, string>))
    }
  })

  test('a device', async () => {
    const { user_code } = await oidc.initiateDeviceAuthorization(tool, { scope: 'openid' })
    const reader = new Reader(wish)
    const address = inLanguage('/openid/device', wish)
    const asked = await rp.follow(reader, await reader.open(address))
    const typing = await rp.follow(reader, await signIn(reader, asked))
    await look(reader, typing)
    const deciding = await reader.send(typing, { user_code })
    await sendAll(reader, deciding)
  })
})

describe.each(wishes.filter(([, { language }]) => language))(
  'a language that was %s',
  (_, wish) => {
    beforeEach(async () => {
      person = await newSomebody(app)
    })

    test('the first page, and the account page', async () => {
      const reader = new Reader(wish)
      for (const path of ['/', '/account', '/nowhere', '/account/u/nobody.test']) {
        const headers = { accept: 'text/html' }
        await look(
          reader,
          await rp.follow(reader, await reader.open(inLanguage(path, wish), { headers })),
        )
      }
      const page = await reader.open(inLanguage('/account/sign-in', wish))
      await look(reader, await rp.follow(reader, await signIn(reader, page)))
    })

    test('the link that signs everybody out', async () => {
      const reader = new Reader(wish)
      const link = await makeSignOutLink(servicesOf(app), person.did)
      const page = await reader.open(
        inLanguage(`/account/sign-out-everywhere?${new URLSearchParams({ link })}`, wish),
      )
      await look(reader, page)
      await look(reader, await reader.send(page))
    })

    test('the security page, and all that it leads to', async () => {
      const reader = new Reader(wish)
      const asked = await reader.open(inLanguage('/account/sign-in', wish))
      await signIn(reader, asked)
      const page = await reader.open(inLanguage('/account/security', wish))
      expect(page.status).toBe(200)
      await look(reader, page)
    })

    test('where an authenticator is set up', async () => {
      const { handle: username, password } = await newPerson(app)
      const reader = new Reader(wish)
      const path = inLanguage(securityTask('authenticator'), wish)
      const asked = await rp.follow(reader, await reader.open(path))
      const page = await rp.follow(reader, await reader.send(asked, { username, password }))
      await sendAll(reader, page)
      await sendAll(reader, await reader.send(formTo(page, 'begin-authenticator')))
    })

    test.each(SECURITY_TASKS)('%s, right after a sign-in', async (task) => {
      const owner = await newOwner(app)
      await enrol(app, owner.did)
      const basis = await signInNow(owner.account)
      await owner.account.createAppPassword('Old one', false, basis)
      await owner.account.trustDevice({ deviceId: 'dev-of-another', userAgent: null }, basis, {})
      const reader = new Reader(wish)
      const path = inLanguage(securityTask(task), wish)
      const asked = await rp.follow(reader, await reader.open(path))
      const answer = await reader.send(asked, answerOf(owner.authenticator.use(options(asked))))
      const page = await rp.follow(reader, answer)
      expect(new URL(page.action ?? '', ORIGIN).pathname).not.toContain('prove')
      const main = await reader.open(inLanguage('/account/security', wish))
      await reader.send(formTo(main, 'make-invite'))
      await sendAll(reader, page)
      await sendAll(reader, await reader.open(inLanguage('/account/security', wish)))
    })

    test('the way to the operator’s page', async () => {
      const reader = new Reader(wish)
      const address = inLanguage('/account/operator', wish)
      const page = await rp.follow(reader, await reader.open(address))
      await look(reader, await rp.follow(reader, await signIn(reader, page)))
    })
  },
)

test('each form was sent', () => {
  const forms = [...ACTIONS, ...SECURITY_ACTIONS, 'device', 'confirm', 'sign-out-everywhere']
  expect(forms.filter((form) => !sent.has(form))).toEqual([])
})
