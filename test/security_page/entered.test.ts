import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { PROOF_AGAIN } from '../../base/lifetimes.ts'
import { type AppInProcess, startApp } from '../../lab/world/app/app.ts'
import { SECURITY_TASKS } from '../../oauth/security_paths.ts'
import { securityTexts } from '../../pages/security/locales/index.ts'
import { eachTestAnew } from '../shared/each_test_anew.ts'
import { type Form, formsOf } from '../shared/pages/forms_of.ts'
import { come, formTo, PAGE } from '../shared/pages/security_page.ts'
import { codesOf } from '../shared/people/authenticator.ts'
import { newOwner, type Owner } from '../shared/people/passkey_owner.ts'
import type { Seen, Visitor } from '../shared/people/visitor.ts'

/** What somebody enters comes back in the form that it was entered in, also after a proof, and in no other. */
let app: AppInProcess
let owner: Owner
beforeAll(async () => {
  app = await startApp()
  owner = await newOwner(app)
})
afterAll(() => app?.close())
eachTestAnew(() => app)

const later = () => {
  vi.useFakeTimers({ now: Date.now() + PROOF_AGAIN + 1_000, toFake: ['Date'] })
}

const PROOF = 'Confirm that it is you'

async function begin(visitor: Visitor, task: string): Promise<Seen> {
  const page = await visitor.open(`${PAGE}/${task}`)
  if (page.title !== PROOF) return page
  return visitor.follow(await visitor.send(page, { password: owner.password }))
}

type Filled = { form: Form; typed: Record<string, string> }

/** Each form in which something is entered, filled in; a secret beside it is nothing that people enter. */
const forms = {
  'make-app-password': async (visitor: Visitor): Promise<Filled> => {
    const form = formTo(await begin(visitor, 'app-password'), 'make-app-password')
    return { form, typed: { name: 'My <old> "app"', privileged: 'on' } }
  },
  'add-passkey': async (visitor: Visitor): Promise<Filled> => {
    const page = await begin(visitor, 'passkeys')
    return { form: formTo(page, 'add-passkey'), typed: { name: 'My <second> key' } }
  },
  'rename-passkey': async (visitor: Visitor): Promise<Filled> => {
    const page = await begin(visitor, 'passkeys')
    return { form: formTo(page, 'rename-passkey'), typed: { name: 'My <other> name' } }
  },
}

const escaped = (text: string) =>
  text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Forms of a page, by what they do, with what stands in those of their fields that people see. */
function seenIn({ text }: Pick<Seen, 'text'>): [action: string, fields: Record<string, string>][] {
  return [...text.matchAll(/<form method="post" action="([^"]*)">([\s\S]*?)<\/form>/g)].map(
    ([, action = '', inside = '']) => {
      const inputs = [...inside.matchAll(/<input (?![^>]*type="hidden")[^>]*>/g)]
      const fields = inputs.map(([input]) => {
        const [, name = ''] = /name="([^"]*)"/.exec(input) ?? []
        const [, value = ''] = /value="([^"]*)"/.exec(input) ?? []
        return [name, input.includes(' checked') ? 'on' : value]
      })
      return [/\/form\/([a-z-]+)/.exec(action)?.[1] ?? action, Object.fromEntries(fields)]
    },
  )
}

/** That of a page shows what was typed into one form, and others do not. */
function expectBack(page: Seen, action: string, { typed }: Filled): void {
  const all = seenIn(page)
  const shown = Object.fromEntries(Object.entries(typed).map(([k, v]) => [k, escaped(v)]))
  expect(all.filter(([each]) => each === action)).toEqual([[action, shown]])
  const others = JSON.stringify(all.filter(([each]) => each !== action))
  expect(others).not.toContain(shown.name)
}

test.each(Object.entries(forms))(
  'what is entered in %s comes back after the proof',
  async (action, fill) => {
    const visitor = await come(app, owner)
    const filled = await fill(visitor)
    later()
    const proof = await visitor.send(filled.form, filled.typed)
    expect(proof.title).toBe(PROOF)
    const again = await visitor.send(proof, { password: 'a wrong one' })
    expect([again.title, again.alert]).toEqual([PROOF, 'Wrong password.'])
    const answer = await visitor.send(again, { password: owner.password })
    // Nothing of it stands in an address, which browsers keep.
    expect(answer.header('location')).toMatch(/^\/account\/security\/[a-z-]+\?account=did%3A[^&]*$/)
    const page = await visitor.follow(answer)
    expectBack(page, action, filled)
    const anew = await visitor.open(answer.header('location') ?? '')
    expect(JSON.stringify(seenIn(anew))).not.toContain(escaped(filled.typed.name ?? ''))
  },
)

test.each(Object.entries(forms))(
  'what is entered in %s comes back where the proof is asked for in another language, too',
  async (action, fill) => {
    const visitor = await come(app, owner)
    const filled = await fill(visitor)
    later()
    const proof = await visitor.send(filled.form, filled.typed)
    const [, link = ''] = /href="([^"]*lang=sv[^"]*)"/.exec(proof.text) ?? []
    expect(link).not.toContain(escaped(filled.typed.name ?? ''))
    const other = await visitor.open(link.replaceAll('&amp;', '&'))
    expect(other.title).toBe(securityTexts.sv.proof)
    const page = await visitor.follow(await visitor.send(other, { password: owner.password }))
    expectBack(page, action, filled)
  },
)

test.each(Object.entries(forms))(
  'what is entered in %s comes back where its page is too old',
  async (action, fill) => {
    const visitor = await come(app, owner)
    const filled = await fill(visitor)
    const page = await visitor.send(filled.form, { ...filled.typed, form: 'of before' })
    expect([page.status, page.alert]).toEqual([400, securityTexts.en.stale])
    expectBack(page, action, filled)
  },
)

test('a form is shown again with what was entered there alone', async () => {
  const visitor = await come(app, owner)
  const filled = await forms['add-passkey'](visitor)
  expectBack(await visitor.send(filled.form, filled.typed), 'add-passkey', filled)
})

test.each(['passkeys', 'app-password'])(
  'what is sent to another form is not filled in on the page of %s',
  async (task) => {
    const visitor = await come(app, owner)
    await begin(visitor, task)
    const query = new URLSearchParams({ account: owner.did, for: task })
    const elsewhere = { action: `${PAGE}/form/prove?${query}`, fields: { form: 'of before' } }
    const page = await visitor.send(elsewhere, { name: 'From elsewhere', privileged: 'on' })
    expect(seenIn(page).length).toBeGreaterThan(0)
    expect(JSON.stringify(seenIn(page))).not.toMatch(/From elsewhere|"on"/)
  },
)

test('an authenticator that was begun goes on after the proof', async () => {
  const visitor = await come(app, owner)
  const begun = await visitor.send(
    formTo(await begin(visitor, 'authenticator'), 'begin-authenticator'),
  )
  const [, secret = ''] = /<code>([^<]*)/.exec(begun.text) ?? []
  later()
  const code = codesOf(secret.replaceAll(' ', ''))
  const proof = await visitor.send(formTo(begun, 'confirm-authenticator'), { code: code() })
  expect(proof.title).toBe(PROOF)
  const page = await visitor.send(proof, { password: owner.password })
  expect(page.text).toContain(`<code>${secret}</code>`)
  // Of its secret no cookie has anything, sealed or not.
  const told = [...proof.cookies, ...page.cookies].filter((cookie) =>
    /^done[^=;]*=[^;]/.test(cookie),
  )
  expect(told).toEqual([])
  const done = await visitor.send(formTo(page, 'confirm-authenticator'), { code: code() })
  expect((await visitor.follow(done)).notice).toBe('Your ways to sign in have changed.')
})

test('a name that no form takes is not carried along', async () => {
  const visitor = await come(app, owner)
  const { form } = await forms['make-app-password'](visitor)
  later()
  const name = 'x'.repeat(20_000)
  const proof = await visitor.send(form, { name, privileged: 'on' })
  const answer = await visitor.send(proof, { password: owner.password })
  expect(answer.cookies.join('').length).toBeLessThan(3_000)
  const page = await visitor.follow(answer)
  expect(seenIn(page)).toEqual([['make-app-password', { name: '', privileged: 'on' }]])
})

test('those are all of the forms in which something is entered', async () => {
  const visitor = await come(app, owner)
  const found = new Set<string>()
  for (const task of SECURITY_TASKS) {
    const page = await begin(visitor, task)
    for (const [action, fields] of seenIn(page))
      if (Object.keys(fields).length > 0) found.add(action)
  }
  for (const [action, fields] of seenIn(await visitor.open(PAGE)))
    if (Object.keys(fields).length > 0) found.add(action)
  expect([...found].sort()).toEqual(Object.keys(forms).sort())
})

test('the address of a form leads a browser to the page on which it stands', async () => {
  const visitor = await come(app, owner)
  /** Paths of pages, by the addresses of their forms. */
  const pages = new Map<string, string>()
  const note = (page: Seen, path: string) => {
    for (const { action = '' } of formsOf(page)) if (!pages.has(action)) pages.set(action, path)
  }
  const paths = SECURITY_TASKS.map((task) => `${PAGE}/${task}`)
  later()
  for (const path of paths) note(await visitor.open(path), path)
  for (const task of SECURITY_TASKS) note(await begin(visitor, task), `${PAGE}/${task}`)
  // Last: what stands here and has a page of its own leads to that, where a proof may be asked for.
  note(await visitor.open(PAGE), PAGE)
  expect(new Set(pages.values())).toEqual(new Set([PAGE, ...paths]))
  for (const [form, path] of pages) {
    const answer = await visitor.open(form)
    const { pathname, searchParams } = new URL(answer.header('location') ?? '', 'http://localhost')
    expect.soft([pathname, searchParams.get('account')], form).toEqual([path, owner.did])
  }
})
