import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  OPERATOR_IDLE,
  OPERATOR_LINK,
  OPERATOR_SESSION,
  PROOF_AGAIN,
} from '../../../base/lifetimes.ts'
import { within } from '../../../base/values/network.ts'
import {
  MAX_OPERATOR_LINKS,
  MAX_OPERATOR_SESSIONS,
} from '../../../database/directory/operator_session.ts'
import { findClient } from '../../../gateway/requests/client_address.ts'
import type { AppInProcess } from '../../../lab/world/app/app.ts'
import { descriptions } from '../../../operator/descriptions/index.ts'
import { formOf } from '../../../operator/paths.ts'
import { signInNow } from '../../shared/account_state.ts'
import { eachTestAnew } from '../../shared/each_test_anew.ts'
import { formsOf } from '../../shared/pages/forms_of.ts'
import {
  command,
  enterAs,
  enterByLink,
  isIn,
  newLink,
  newOperator,
  newSomebody,
  PAGE,
  signIn,
  startOperatorApp,
} from '../../shared/people/operators.ts'
import { Visitor } from '../../shared/people/visitor.ts'

/** The operator's page, against those who are no operators. */
let app: AppInProcess
beforeAll(async () => {
  app = await startOperatorApp()
})
afterAll(() => app?.close())
eachTestAnew(() => app)

const ENDINGS: Record<string, (did: string) => Promise<unknown>> = {
  'a new password': (did) =>
    command(app, 'account/reset-password', { account: did, password: 'a new one' }),
  'sign out everywhere': (did) => command(app, 'account/revoke', { account: did }),
  'a takedown': async (did) => {
    await app.actors.account(did).takeDown('spam')
    return app.actors.account(did).takeDown(null)
  },
  'no operator any more': async (did) => {
    await command(app, 'operator/remove', { account: did })
    await command(app, 'operator/add', { account: did })
  },
}

/** Where somebody goes who has to sign in for the page. */
const SIGN_IN = /^\/account\/sign-in\?for=operator(?:&|$)/

const later = (ms: number) => {
  vi.useFakeTimers({ now: Date.now() + ms + 1_000, toFake: ['Date'] })
}
async function openByLink(link: string, visitor = new Visitor(app)) {
  return { visitor, answer: await visitor.send(await visitor.open(link)) }
}

describe('46. the page is there', () => {
  const ENTRIES = [PAGE, `${PAGE}/link`, '/account/operator']
  const statuses = async (on: AppInProcess, more: { address?: string; headers?: object }) => {
    const seen = []
    for (const target of ENTRIES) {
      const headers = { accept: 'text/html', ...more.headers }
      const answer = await on.ask({ target, ...more, headers })
      seen.push('status' in answer && answer.status)
    }
    return seen
  }
  const THERE = [200, 200, 303]
  const NOWHERE = [404, 404, 404]

  test('for private addresses alone, unless the operator says otherwise', async () => {
    const usual = await startOperatorApp({ ENTRYWAY_OPERATOR_PAGE: '' })
    for (const address of ['127.0.0.1', '::1', '10.1.2.3', '192.168.1.1', 'fd00::1', 'fe80::1']) {
      expect(await statuses(usual, { address }), address).toEqual(THERE)
    }
    for (const address of ['192.0.2.1', '100.64.0.1', '2001:db8::1', '172.32.0.1', 'unknown']) {
      expect(await statuses(usual, { address }), address).toEqual(NOWHERE)
    }
    await usual.close()
    const open = await startOperatorApp({ ENTRYWAY_OPERATOR_PAGE: 'public' })
    expect(await statuses(open, { address: '192.0.2.1' })).toEqual(THERE)
    await open.close()
    const off = await startOperatorApp({ ENTRYWAY_OPERATOR_PAGE: 'off' })
    expect(await statuses(off, { address: '127.0.0.1' })).toEqual(NOWHERE)
    expect(await command(off, 'operator/link')).toMatchObject({ status: 400 })
    await off.close()
  })

  test('not through a proxy that does not say who the client is', async () => {
    for (const name of ['via', 'x-real-ip', 'x-forwarded-proto', 'cf-connecting-ip']) {
      expect(await statuses(app, { headers: { [name]: '192.0.2.1' } }), name).toEqual(NOWHERE)
    }
    const headers = { 'x-forwarded-for': '192.0.2.1', via: '1.1 proxy' }
    expect(await statuses(app, { headers })).toEqual(THERE)
  })

  test('not through a proxy that adds no header at all, where one has to be for TLS', async () => {
    const behind = await startOperatorApp({ ENTRYWAY_PUBLIC_URL: 'https://pds.example.com' })
    const host = 'pds.example.com'
    expect(await statuses(behind, { headers: { host } })).toEqual(NOWHERE)
    const headers = { host, 'x-forwarded-for': '10.1.2.3' }
    expect(await statuses(behind, { headers })).toEqual(THERE)
    await behind.close()
  })

  test.each([
    ['of a proxy that is not trusted', '172.18.0.2', '203.0.113.9', true],
    ['that a client puts before its own', '10.0.0.1', '127.0.0.1, 203.0.113.9', true],
    ['that is none', '10.0.0.1', 'x', true],
    ['of a trusted one', '10.0.0.1', '203.0.113.9', false],
  ])('the word %s', (_, peer, forwarded, passesOn) => {
    const found = findClient(peer, { 'x-forwarded-for': forwarded }, within(['10.0.0.1']))
    expect(found.passesOn).toBe(passesOn)
  })
})

describe('46. who comes in', () => {
  test('an operator with a second factor, and nobody else', async () => {
    const operator = await newOperator(app)
    expect(await isIn(new Visitor(app))).toBe(false)
    expect(await isIn(await enterAs(app, operator))).toBe(true)
    const visitor = new Visitor(app)
    const refused = await signIn(visitor, await newSomebody(app))
    expect([refused.status, refused.title]).toEqual([403, 'Not an operator'])
    expect(await isIn(visitor)).toBe(false)
  })

  test('not with a password alone: it is told what to do', async () => {
    const { did, handle, password } = await newSomebody(app)
    const account = app.actors.account(did)
    await account.removeTotp(await signInNow(account))
    await account.removeRecoveryCodes()
    const added = await command(app, 'operator/add', { account: handle })
    expect(added.body).toMatchObject({ hasFactor: false })
    const visitor = new Visitor(app)
    const page = await visitor.open('/account/sign-in?for=operator&step=sign-in')
    const seen = await visitor.follow(await visitor.send(page, { username: handle, password }))
    expect([seen.status, seen.title]).toEqual([403, 'A second factor is needed'])
    expect(seen.hrefs).toContain('/account/security')
    expect(await isIn(visitor)).toBe(false)
  })

  test('a device that is trusted is asked for the second factor', async () => {
    const operator = await newOperator(app)
    const { handle: username, password } = operator
    const visitor = new Visitor(app)
    const first = await visitor.open('/account/sign-in?step=sign-in')
    const step = await visitor.send(first, { username, password, remember: 'on' })
    await visitor.send(step, { code: operator.own.recoveryCodes.pop() as string, trust: 'on' })
    // Elsewhere it is not asked, and that does not do here.
    const page = await visitor.open('/account/sign-in?step=sign-in')
    expect((await visitor.send(page, { username, password })).status).toBe(303)
    const turned = await visitor.open('/account/operator')
    expect(turned.header('location')).toMatch(SIGN_IN)
    expect((await signIn(visitor, operator)).header('location')).toBe(PAGE)
  })

  test('and goes on to a page of theirs, and to no other address', async () => {
    const visitor = await enterAs(app, await newOperator(app))
    const ledTo = async (to: string) =>
      (await visitor.open(`/account/operator?${new URLSearchParams({ to })}`)).header('location')
    const theirs = formOf('account show', { account: 'alice.test' })
    for (const to of [theirs, '/operator/commands']) expect(await ledTo(to)).toBe(to)
    for (const to of [
      ...['https://evil.test/operator/do/x', '//evil.test/operator/do/x', '/\\evil.test', 'x'],
      ...['/operator/do/../../account', '/operator/do/%2e%2e/%2e%2e/x', '/operator/link?link=x'],
      ...['javascript:alert(1)', '/operator/\r\nset-cookie: a=b', 'https://[', ''],
    ]) {
      expect([to, await ledTo(to)]).toEqual([to, PAGE])
    }
  })

  test('only right after the sign-in', async () => {
    const operator = await newOperator(app)
    const visitor = await enterAs(app, operator)
    later(PROOF_AGAIN)
    const turned = await visitor.open('/account/operator')
    expect(turned.header('location')).toMatch(SIGN_IN)
    expect(turned.cookies.join()).not.toContain('operator=')
  })
})

describe('46. who is in', () => {
  test('is out when the account is ended, or no operator any more', async () => {
    const operator = await newOperator(app)
    for (const [name, end] of Object.entries(ENDINGS)) {
      const visitor = await enterAs(app, operator)
      await end(operator.did)
      expect([name, await isIn(visitor)]).toEqual([name, false])
      operator.password = name === 'a new password' ? 'a new one' : operator.password
    }
  })

  test('is out after a while, and at last', async () => {
    const operator = await newOperator(app)
    const visitor = await enterAs(app, operator)
    const begun = Date.now()
    for (let at = 0; at < OPERATOR_SESSION; at += OPERATOR_IDLE - 60_000) {
      vi.useFakeTimers({ now: begun + at, toFake: ['Date'] })
      expect(await isIn(visitor)).toBe(true)
    }
    vi.useFakeTimers({ now: begun + OPERATOR_SESSION + 1_000, toFake: ['Date'] })
    expect(await isIn(visitor)).toBe(false)
    vi.useRealTimers()
    const other = await enterAs(app, operator)
    later(OPERATOR_IDLE)
    expect(await isIn(other)).toBe(false)
  })

  test('signs out, and is not let in again by the sign-in of before', async () => {
    const visitor = await enterAs(app, await newOperator(app))
    const stolen = new Visitor(app)
    for (const [name, cookie] of visitor.cookies) stolen.cookies.set(name, cookie)
    expect(await isIn(stolen)).toBe(true)
    expect((await visitor.send(await visitor.open(PAGE))).status).toBe(303)
    expect([await isIn(visitor), await isIn(stolen)]).toEqual([false, false])
    const turned = await visitor.open('/account/operator')
    expect(turned.header('location')).toMatch(SIGN_IN)
  })

  test('has a cookie that goes nowhere else, on a page that is kept and framed by none', async () => {
    const operator = await newOperator(app)
    const visitor = new Visitor(app)
    const entered = await signIn(visitor, operator)
    const set = entered.cookies.find((cookie) => cookie.startsWith('operator='))
    expect(set).toMatch(/; Path=\/operator; HttpOnly; SameSite=Strict$/)
    const page = await visitor.open(PAGE)
    expect(page.header('cache-control')).toBe('no-store')
    const policy = page.header('content-security-policy')
    expect(policy).toMatch(
      /^default-src 'none'; style-src 'sha256-[^;]*; script-src 'sha256-[^' ]*'; frame-ancestors 'none';/,
    )
    // Where there is something to copy: this very script, and no other of the origin.
    const form = formsOf(await visitor.open(formOf('invite create'))).at(-1)
    const made = await visitor.send(form ?? { action: '', fields: {} }, { count: '2' })
    const [, path] = /<script src="([^"]+)" defer>/.exec(made.text) ?? []
    expect(path).toMatch(/^\/oauth\/scripts\/copy-[0-9a-f]{16}\.js$/)
    const { publicUrl } = app.runner.settings
    expect(made.header('content-security-policy')).toMatch(
      RegExp(`; script-src 'sha256-[^']+' 'sha256-[^']+' ${publicUrl}${path};`),
    )
    expect(made.text.match(/data-copy="[^"]+"/g)).toHaveLength(3)
    expect((await new Visitor(app).open(path ?? '')).text).toContain('navigator.clipboard')
  })

  test('is one of few', async () => {
    const operator = await newOperator(app)
    const visitor = new Visitor(app)
    await signIn(visitor, operator)
    const first = new Visitor(app)
    for (const [name, cookie] of visitor.cookies) first.cookies.set(name, cookie)
    for (let i = 0; i < MAX_OPERATOR_SESSIONS; i++) await visitor.open('/account/operator')
    expect([await isIn(first), await isIn(visitor)]).toEqual([false, true])
  })
})

describe('46. a link', () => {
  test('opens the page once', async () => {
    const link = await newLink(app)
    const { visitor, answer } = await openByLink(link)
    expect(answer.header('location')).toBe(PAGE)
    expect(await isIn(visitor)).toBe(true)
    const again = await openByLink(link)
    expect([again.answer.status, await isIn(again.visitor)]).toEqual([400, false])
  })

  test('does nothing by being opened, and not for long', async () => {
    const link = await newLink(app)
    for (let i = 0; i < 3; i++) await new Visitor(app).open(link)
    later(OPERATOR_LINK)
    expect((await openByLink(link)).answer.status).toBe(400)
  })

  test('is one of few, and no other site spends it', async () => {
    const first = await newLink(app)
    const links = []
    for (let i = 0; i < MAX_OPERATOR_LINKS; i++) links.push(await newLink(app))
    expect((await openByLink(first)).answer.status).toBe(400)
    const visitor = new Visitor(app)
    const page = await visitor.open(links[0] as string)
    const headers = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
    expect((await visitor.send(page, {}, { headers })).status).toBe(400)
    expect((await visitor.send(page)).status).toBe(303)
  })

  /** Has the page print one. */
  async function print(visitor: Visitor): Promise<string> {
    const page = await visitor.open(formOf('operator link'))
    const { text } = await visitor.send(formsOf(page).at(-1) ?? page)
    return /\/operator\/link\?link=[\w-]+/.exec(text)?.[0] ?? ''
  }

  test.each(Object.entries(ENDINGS))('of an operator ends with them: %s', async (name, end) => {
    const operator = await newOperator(app)
    const visitor = await enterAs(app, operator)
    const [first, second] = [await print(visitor), await print(visitor)]
    const opened = (await openByLink(first)).visitor
    expect(await isIn(opened)).toBe(true)
    // Nor does a link of a link outlast them.
    const third = (await openByLink(await print(opened))).visitor
    expect(await isIn(third)).toBe(true)
    await end(operator.did)
    const late = (await openByLink(second)).visitor
    expect([name, await isIn(opened), await isIn(third), await isIn(late)]).toEqual([
      ...[name, false, false, false],
    ])
  })

  test('is over, as all who are in are out, where the operator says so', async () => {
    const link = await newLink(app)
    const people = [await enterByLink(app), await enterAs(app, await newOperator(app))]
    const ofPage = await print(people[1] as Visitor)
    expect((await command(app, 'operator/sign-out')).status).toBe(200)
    for (const unused of [link, ofPage]) people.push((await openByLink(unused)).visitor)
    expect(await Promise.all(people.map(isIn))).toEqual([false, false, false, false])
    expect(await isIn(await enterByLink(app))).toBe(true)
  })

  test('opens the page for no longer than where it was printed, and tells whose it is', async () => {
    const operator = await newOperator(app)
    for (const [visitor, name] of [
      [await enterAs(app, operator), `a link of ${operator.handle}`],
      [await enterByLink(app), 'a link'],
    ] as const) {
      const opened = (await openByLink(await print(visitor))).visitor
      expect((await opened.open(PAGE)).text).toContain(`Operator: ${name}<`)
      const unused = await print(opened)
      later(PROOF_AGAIN)
      expect([name, await print(opened)]).toEqual([name, ''])
      expect([name, await isIn(opened)]).toEqual([name, true])
      const last = (await openByLink(unused)).visitor
      expect([name, await print(last), await isIn(last)]).toEqual([name, '', true])
      vi.useRealTimers()
    }
  })

  test('that is made up is counted', async () => {
    const visitor = new Visitor(app)
    const page = await visitor.open(await newLink(app))
    const tried = async () => (await visitor.send(page, { link: 'made up' })).status
    for (let i = 0; i < 20; i++) expect(await tried()).toBe(400)
    expect(await tried()).toBe(429)
    // It stays good.
    expect((await visitor.send(page, {}, { address: '192.0.2.2' })).status).toBe(303)
  })
})

describe('46. a form', () => {
  test.each<[string, Record<string, string>]>([
    ['from another site', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }],
    ['from nowhere', { origin: 'null' }],
    ['by a script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ])('sent %s does nothing', async (_, headers) => {
    const visitor = (await openByLink(await newLink(app))).visitor
    const page = await visitor.open(PAGE)
    expect((await visitor.send(page, {}, { headers })).status).toBe(400)
    expect(await isIn(visitor)).toBe(true)
  })

  test('of another session does nothing', async () => {
    const [here, there] = [
      await openByLink(await newLink(app)),
      await openByLink(await newLink(app)),
    ]
    const page = await there.visitor.open(PAGE)
    const form = page.fields.form as string
    const seen = await here.visitor.send(page)
    expect([seen.status, seen.alert]).toEqual([
      ...[
        400,
        'The page was open for too long, so nothing was done. Look at it and send it again.',
      ],
    ])
    expect((await here.visitor.send(page, { form: `${form}x` })).status).toBe(400)
    expect([await isIn(here.visitor), await isIn(there.visitor)]).toEqual([true, true])
  })
})

test('46. who was made an operator, by whom, is in the trail and is told by mail', async () => {
  const { did, email } = await newOperator(app)
  await command(app, 'operator/add', { account: did })
  await command(app, 'operator/remove', { account: did })
  expect(await command(app, 'operator/remove', { account: did })).toMatchObject({ status: 400 })
  const trail = await app.actors.account(did).listAudit(10)
  const detail = { operator: 'the command line', operatorAddress: null }
  expect(trail.slice(0, 2)).toEqual([
    { at: expect.any(Number), event: 'operator_removed', detail },
    { at: expect.any(Number), event: 'operator_added', detail },
  ])
  const mails = (await app.readMails()).filter(({ to }) => to?.[0]?.address === email)
  expect(mails.map(({ subject }) => subject)).toEqual([
    'You are an operator now',
    'You are no longer an operator',
  ])
})

describe('46. a session that somebody stole', () => {
  const give = async (visitor: Visitor, words: string, fields: Record<string, string>) => {
    const page = await visitor.open(formOf(words))
    const form = formsOf(page).find(({ action }) => action?.includes('/do/'))
    return visitor.send(form ?? page, { sure: 'on', ...fields })
  }

  test('makes no operator, no link, and no operator its own', async () => {
    const operator = await newOperator(app)
    const eve = await newSomebody(app)
    const visitor = await enterAs(app, operator)
    const asked: [string, Record<string, string>][] = [
      ['operator add', { account: eve.handle }],
      ['operator link', {}],
      ['account reset-password', { account: operator.handle }],
      ['account set-email', { account: operator.did, email: 'eve@elsewhere.internal' }],
      ['account factors', { account: operator.email, remove: 'totp' }],
      // Whoever knows the admin password of a PDS sets the passwords of its accounts.
      ['pds add', { url: 'https://evil.test', did: 'did:web:pds.test', adminPassword: 'known' }],
      ['client add', { id: 'https://evil.test', metadata: '{}' }],
      ['openid client rotate-secret', { id: 'wiki' }],
      // Whoever lifts a limit guesses on.
      ['limits lift', { id: '0123456789ab' }],
    ]
    later(PROOF_AGAIN)
    const before = await app.actors.account(operator.did).read()
    for (const [words, fields] of asked) {
      const seen = await give(visitor, words, fields)
      expect([words, seen.status]).toEqual([words, 403])
      expect(seen.text).toContain('less than five minutes ago')
    }
    expect(await app.actors.account(operator.did).read()).toEqual(before)
    expect(await app.actors.directory.isOperator(eve.did)).toBe(false)
    // What is not such a way goes on; and right after a sign-in all of it does.
    expect((await give(visitor, 'account deactivate', { account: eve.handle })).status).toBe(502)
    vi.useRealTimers()
    const again = await enterAs(app, operator)
    expect((await give(again, 'operator add', { account: eve.handle })).notice).toBe('Done.')
  })

  /** They take something away, or give what opens nothing here. What changes an account asks whose it is. */
  const NO_WAY_IN = [
    ...['account compare', 'account create', 'client remove', 'invite disable'],
    ...['openid client remove', 'openid registration-token remove', 'openid resource add'],
    ...[
      'openid resource remove',
      'openid rotate-keys',
      'operator sign-out',
      'pds close',
      'pds open',
      'pds remove',
    ],
  ]
  test('is asked for a proof by every other command that acts', () => {
    const unproven = descriptions.filter(
      ({ kind, needsProof, takes }) => kind === 'acts' && !needsProof && !('account' in takes),
    )
    expect(unproven.map(({ words }) => words).sort()).toEqual(NO_WAY_IN)
  })
})
