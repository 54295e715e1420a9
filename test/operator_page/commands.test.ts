import type { Command } from 'commander'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { UnavailableError } from '../../base/errors.ts'
import { createProgram } from '../../cli/program.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { commands } from '../../operator/commands/index.ts'
import { type Field, fieldsOf } from '../../operator/descriptions/fields.ts'
import { descriptions } from '../../operator/descriptions/index.ts'
import { formOf } from '../../operator/paths.ts'
import { formsOf } from '../shared/pages/forms_of.ts'
import { withoutOwnLines } from '../shared/pages/own_lines.ts'
import { command, enterByLink, newSomebody, startOperatorApp } from '../shared/people/operators.ts'
import type { Seen, Visitor } from '../shared/people/visitor.ts'

/** What works on files, while the program may be stopped, and what is for a shell. */
const ON_FILES = [
  ...['init', 'pds-settings', 'import-pds', 'adopt', 'release', 'completion', 'complete'],
  ...['backup', 'restore', 'directory rebuild', 'data copy', 'upgrade'],
]
/** What commands are made of. */
const PARTS = ['status', 'data/hand-over', 'pds/look', 'import/accounts', 'import/invites']

let app: AppInProcess
let visitor: Visitor
beforeAll(async () => {
  app = await startOperatorApp()
  visitor = await enterByLink(app)
})
afterAll(() => app?.close())

function leavesOf(parent: Command, prefix = ''): { words: string; made: Command }[] {
  return parent.commands.flatMap((made) => {
    const words = `${prefix} ${made.name()}`.trim()
    return made.commands.length > 0 ? leavesOf(made, words) : [{ words, made }]
  })
}

/** The form of a command's page. */
const formIn = (page: Seen) => formsOf(page).find(({ action }) => action?.includes('/do/'))
async function give(words: string, fields: Record<string, string>, from = visitor) {
  const form = formIn(await from.open(formOf(words)))
  if (!form) throw new Error('no form')
  return from.send(form, fields)
}

test('the page and the command line have the same commands, from one list', async () => {
  const online = leavesOf(createProgram()).filter(({ words }) => !ON_FILES.includes(words))
  const page = await visitor.open('/operator/commands')
  const onPage = [
    ...page.text.matchAll(/href="\/operator\/do\/([^"]*)">[^<]*<\/a> <span[^>]*>([^<]*)/g),
  ]
  const unescaped = (text = '') => text.replaceAll('&#39;', "'")
  expect(
    onPage.map(([, path = '', what]) => [path.replaceAll('/', ' '), unescaped(what)]).sort(),
  ).toEqual(online.map(({ words, made }) => [words, made.description()]).sort())
  expect(new Set([...descriptions.map((each) => each.command), ...PARTS])).toEqual(
    new Set(Object.keys(commands)),
  )
})

test.each(descriptions)('$words takes the same in both', async (description) => {
  const { words } = description
  const { made } = leavesOf(createProgram()).find((each) => each.words === words) ?? {}
  const page = await visitor.open(formOf(words))
  expect(page.status).toBe(200)
  for (const { name, about, flags, elsewhere } of fieldsOf(description)) {
    expect(page.text).toContain(`id="${name}"`)
    if (elsewhere === 'options') continue
    const taken =
      flags === undefined
        ? made?.registeredArguments.map((each) => each.description)
        : made?.options.map((each) => each.description)
    expect(taken).toContain(about)
  }
})

const isSecret = ({ elsewhere }: Field) => elsewhere === 'secret'

test.each(descriptions.filter((each) => fieldsOf(each).some(isSecret)))(
  '$words does not write the secret that was typed into its page',
  async (description) => {
    const typed = 'what an operator typed'
    const secrets = fieldsOf(description).filter(isSecret)
    const given = Object.fromEntries(secrets.map(({ name }) => [name, typed]))
    const blank = await give(description.words, given)
    expect(blank.alert).toMatch(/^Fill in /)
    expect(blank.text).not.toContain(typed)
  },
)

test('what is done is done, and is in both trails', async () => {
  const { did, handle } = await newSomebody(app)
  const asked = await give('account reset-password', { account: handle })
  expect(asked.text).toContain(`Set a new password for ${handle}`)
  const before = await app.actors.account(did).read()
  const done = await visitor.send(formIn(asked) ?? asked)
  expect([done.status, done.notice]).toEqual([200, 'Done.'])
  const [, password] = /<dt>Password<\/dt><dd><span[^>]*>([^<]{20})</.exec(done.text) ?? []
  expect(password).toBeDefined()
  expect((await app.actors.account(did).read())?.generation).not.toBe(before?.generation)
  const [act] = await app.actors.account(did).listAudit(1)
  const by = { operator: 'a link', operatorAddress: '192.0.2.1' }
  expect(act).toMatchObject({
    event: 'operator_acted',
    detail: { what: 'account/reset-password', ...by },
  })
  const filter = { event: 'operator_acted', search: 'reset-password' }
  const trail = await visitor.open(formOf('trail', filter))
  expect(trail.text).toContain('account/reset-password')
  expect(JSON.stringify((await command(app, 'trail')).body)).not.toContain(password)
  expect((await command(app, 'trail', filter)).body.events).toEqual([
    {
      ...{ id: expect.any(Number), at: expect.any(Number), event: 'operator_acted' },
      ...{ account: { did, handle }, operator: by.operator, address: by.operatorAddress },
      detail: { what: 'account/reset-password', to: did },
    },
  ])
})

test('what was agreed to is done to the account of the question, also where its handle moves', async () => {
  const [first, second] = [await newSomebody(app), await newSomebody(app)]
  const code = { count: 1, uses: 1 }
  const codesOf = async ({ did }: typeof first) =>
    (await command(app, 'invite/list', { account: did })).body.codes
  for (const { did: account } of [first, second]) {
    await command(app, 'invite/create', { ...code, account })
  }
  const asked = await give('account reset-password', { account: first.handle })
  expect(asked.text).toContain(`Set a new password for ${first.handle} (${first.did})`)
  const all = await give('invite disable', { accounts: `${first.handle}\n${second.did}` })
  expect(all.text).toContain(`all codes of ${first.handle} (${first.did})`)

  const generation = async ({ did }: typeof first) =>
    (await app.actors.account(did).read())?.generation
  const before = await Promise.all([first, second].map(generation))
  await moveHandle(first, second)
  const done = await visitor.send(formIn(asked) ?? asked)
  expect([done.status, done.notice]).toEqual([200, 'Done.'])
  const after = await Promise.all([first, second].map(generation))
  expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true])

  expect((await visitor.send(formIn(all) ?? all)).notice).toBe('Done.')
  for (const each of [first, second]) {
    expect(await codesOf(each)).toMatchObject([{ disabled: true }])
  }
})

test('who names no invite code and no account is asked for them, and agrees to nothing', async () => {
  const answer = await give('invite disable', {})
  const said = 'Name the codes, or the accounts whose codes they are'
  expect([answer.status, answer.alert, answer.notice]).toEqual([400, said, undefined])
})

test('an account that cannot be read is said on the page of the command, with what to do', async () => {
  const { did, handle } = await newSomebody(app)
  const before = await app.actors.account(did).read()
  const reaching = vi.spyOn(app.actors, 'account').mockImplementation(() => {
    throw new UnavailableError('The account actor')
  })
  const refused = await give('account reset-password', { account: handle, sure: 'on' })
  expect(reaching).toHaveBeenCalled()
  reaching.mockRestore()
  expect([refused.status, refused.alert]).toEqual([
    502,
    expect.stringMatching(/^The account actor is unavailable\. Try again when it answers; /),
  ])
  // What was filled in is there yet, and nothing was done.
  expect(refused.text).toContain(`value="${handle}"`)
  expect(await app.actors.account(did).read()).toEqual(before)
})

/** The handle of the one becomes that of the other. */
async function moveHandle(from: { did: string; handle: string }, to: { did: string }) {
  const { account, directory } = app.actors
  for (const [did, handle] of [
    [from.did, `was-${from.handle}`],
    [to.did, from.handle],
  ] as const) {
    await directory.completeHandleChange(did, handle)
    await account(did).setHandle(handle, null)
  }
}

test('a password that the operator chose is not in the page that says it is set', async () => {
  const { did, handle } = await newSomebody(app)
  const typed = 'what an operator typed'
  const before = await app.actors.account(did).read()
  const asked = await give('account reset-password', { account: handle, password: typed })
  const done = await visitor.send(formIn(asked) ?? asked)
  expect(done.notice).toBe('Done.')
  expect(done.text).not.toContain(typed)
  expect((await app.actors.account(did).read())?.generation).not.toBe(before?.generation)
})

test('a link to a command does nothing, and one that is wrong says so', async () => {
  const { did, handle } = await newSomebody(app)
  const linked = await visitor.open(formOf('account delete', { account: handle, sure: 'on' }))
  expect(linked.status).toBe(200)
  expect(await app.actors.account(did).read()).not.toBeNull()
  const wrong = await give('account set-email', { account: 'nobody.test', email: 'a@b.internal' })
  expect([wrong.status, wrong.alert]).toEqual([
    400,
    expect.stringMatching(/^No account nobody.test here; /),
  ])
  const blank = await give('account set-email', { account: handle })
  expect([blank.status, blank.alert]).toEqual([400, 'Fill in Email.'])
  const number = await give('invite create', { count: 'many' })
  expect([number.status, number.alert]).toEqual([
    400,
    'Count must be a whole number from 1 to 1000.',
  ])
  expect((await visitor.open('/operator/do/account/none')).status).toBe(404)
})

test('lists go on on the next page, by key', async () => {
  for (let i = 0; i < 3; i++) await give('invite create', { count: '1' })
  const first = await visitor.open(formOf('trail', { event: 'operator_acted', limit: '2' }))
  const next = first.hrefs.find((href) => href.includes('before=')) ?? ''
  const ids = async (page: Seen) =>
    [...page.text.matchAll(/data-label="Id"><span[^>]*>(\d+)/g)].map(([, id]) => Number(id))
  const [seen, rest] = [await ids(first), await ids(await visitor.open(next))]
  expect(seen.length).toBe(2)
  expect(Math.max(...rest)).toBeLessThan(Math.min(...seen))
})

test('from an account, everything that can be done with it is a step away', async () => {
  const { did, handle } = await newSomebody(app)
  const shown = await visitor.open(formOf('account show', { account: did }))
  expect(shown.text).toContain(handle)
  for (const { words } of descriptions.filter((each) => 'account' in each.takes)) {
    const isOwn = words.startsWith('account ')
    expect([words, shown.hrefs.includes(formOf(words, { account: did }))]).toEqual([words, isOwn])
  }
  for (const { words } of descriptions.filter(({ words: each }) => each.startsWith('account '))) {
    const none = await visitor.open(formOf(words, { account: 'nobody.test' }))
    if (none.status !== 400) continue
    const ways = none.hrefs.filter((href) => href.includes('account=nobody'))
    expect([words, none.alert?.startsWith('No account'), ways]).toEqual([words, true, []])
  }
  const factors = await visitor.open(formOf('account factors', { account: did }))
  expect(factors.text).toContain('Recovery codes')
  const filled = await visitor.open(formOf('account set-email', { account: did }))
  expect(formIn(filled)?.fields.account ?? filled.text).toContain(did)
})

test('what somebody called themselves is text', async () => {
  const { handle } = await newSomebody(app)
  const page = await visitor.open(formOf('account list', { search: `"><script>${handle}` }))
  expect(withoutOwnLines(page.text)).not.toContain('<script')
})

test('the PDS inside is not given another address, by whichever name it is called', async () => {
  const { actors, runner } = app
  const [did, url] = ['did:web:inside.test', runner.settings.publicUrl]
  const inside = { did, url, address: 'http://127.0.0.1:9', adminPassword: 'its own' }
  await actors.directory.addPds({ ...inside, isEmbedded: true })
  for (const named of [{ url }, { url: 'https://elsewhere.test', did }]) {
    const refused = await command(app, 'pds/add', { ...named, adminPassword: 'known' })
    expect([refused.status, refused.body.message]).toEqual([
      400,
      expect.stringContaining('the PDS inside this program'),
    ])
  }
  expect(await actors.directory.readPds(did)).toMatchObject(inside)
  await actors.directory.removePds(did)
})
