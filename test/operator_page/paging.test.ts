import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { Seal } from '../../base/secrets/seal.ts'
import { createOutput, pagesOf } from '../../cli/terminal/output.ts'
import { closeDatabase, type Db, openDatabase } from '../../database/database.ts'
import { listEntries } from '../../database/directory/account.ts'
import { directorySchema } from '../../database/directory/schema.ts'
import { listShownInvites } from '../../database/directory/shown_invite.ts'
import { listClients, upsertClient } from '../../database/flow/client.ts'
import { listOpenidClients, upsertOpenidClient } from '../../database/flow/openid_client.ts'
import { flowSchema } from '../../database/flow/schema.ts'
import { mergePages } from '../../database/partition.ts'
import { keepSealed } from '../../database/sealed_columns.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { formOf } from '../../operator/paths.ts'
import { command, enterByLink, startOperatorApp } from '../shared/people/operators.ts'
import type { Visitor } from '../shared/people/visitor.ts'

/** Lists that are long are read a page at a time. */
const MANY = 250
const PAGE = 100

describe('a page is read by an index, so that it costs the same in a list of 100,000', () => {
  let db: Db
  afterEach(() => closeDatabase(db))

  const of = 'did:plc:kim'
  const [after, limit] = [null, PAGE]
  test.each<[string, typeof directorySchema, (db: Db) => unknown]>([
    ['invite codes', directorySchema, (db) => listShownInvites(db, { after, limit })],
    ['those of an account', directorySchema, (db) => listShownInvites(db, { of, after, limit })],
    ['usable ones', directorySchema, (db) => listShownInvites(db, { usable: true, after, limit })],
    ['accounts', directorySchema, (db) => listEntries(db, '', limit)],
    ['clients', flowSchema, (db) => listClients(db, '', limit)],
    ['OpenID clients', flowSchema, (db) => listOpenidClients(db, '', limit)],
  ])('%s', (_, schema, list) => {
    db = openDatabase(':memory:', schema)
    keepSealed(db, schema, new Seal(new Uint8Array(32)))
    const preparing = vi.spyOn(db, 'prepare')
    list(db)
    const [[text] = ['']] = preparing.mock.calls
    preparing.mockRestore()
    const named = Object.fromEntries(
      [...text.matchAll(/@(\w+)/g)].map(([, name]) => [name, null] as const),
    )
    const given = Object.keys(named).length > 0 ? [named] : [null, null]
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...given) as { detail: string }[]
    const steps = plan.map(({ detail }) => detail)
    expect(steps[0]).toMatch(/^SEARCH/)
    expect(steps.filter((step) => /^SCAN|TEMP B-TREE/.test(step))).toEqual([])
  })
})

describe('on the page and on the command line', () => {
  let app: AppInProcess
  let visitor: Visitor
  beforeAll(async () => {
    app = await startOperatorApp()
    visitor = await enterByLink(app)
    await command(app, 'invite/create', { count: MANY })
    for (let i = 0; i < MANY; i++) {
      upsertClient(app.flow, `https://app${i}.example.com`, '{}')
      const client = { id: `client-${i}`, metadata: '{}', secretHash: null, registeredAt: i }
      upsertOpenidClient(app.flow, client)
    }
  })
  afterAll(() => app?.close())

  test.each([
    ['invite list', 'Code'],
    ['client list', 'Id'],
    ['openid client list', 'Id'],
  ])('%s', async (words, label) => {
    const seen: string[] = []
    let pages = 0
    for (let next: string | undefined = formOf(words); next; pages++) {
      const page = await visitor.open(next)
      const rows = page.text.matchAll(new RegExp(`data-label="${label}">(?:<[^>]*>)?([^<]+)`, 'g'))
      const named = [...rows].map(([, name = '']) => name)
      expect(named.length).toBeLessThanOrEqual(PAGE)
      seen.push(...named)
      next = page.hrefs.find((href) => href.includes('after='))
    }
    expect([pages, seen.length, new Set(seen).size]).toEqual([3, MANY, MANY])
  })

  test('a page of codes that is none is refused', async () => {
    const { status, body } = await command(app, 'invite/list', { after: 'nowhere' })
    expect([status, body.message]).toEqual([
      400,
      'No page begins after nowhere: begin the list anew',
    ])
  })
})

describe('the command line prints page by page', () => {
  const printed: string[] = []
  beforeEach(() => {
    printed.length = 0
    vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(String(text)))
  })
  afterEach(() => vi.restoreAllMocks())

  const numbers = (of: number) =>
    pagesOf<number, number>(async (after = 0) => {
      const rows = Array.from({ length: Math.min(2, of - after) }, (_, i) => after + i)
      return { rows, next: after + 2 < of ? after + 2 : null }
    })

  test.each([0, 1, 2, 5])('one array of JSON, of %i', async (of) => {
    await createOutput({ json: true }).list(numbers(of), () => 'for people')
    expect(JSON.parse(printed.join('\n'))).toEqual(Array.from({ length: of }, (_, i) => i))
  })

  test('a table a page', async () => {
    await createOutput({ json: false }).list(numbers(3), (rows) => `table of ${rows}`)
    expect(printed).toEqual(['table of 0,1', 'table of 2'])
  })
})

test('a list that is spread over several databases has its order', () => {
  const ids = Array.from({ length: 20 }, (_, i) => ({ id: String.fromCharCode(97 + i) }))
  const read: string[] = []
  for (let after: string | null = ''; after !== null; ) {
    const from: string = after
    const ofEach = [0, 1, 2].map((n) =>
      ids.filter(({ id }, i) => i % 3 === n && id > from).slice(0, 6),
    )
    const { rows, next } = mergePages(ofEach, 6)
    read.push(...rows.map(({ id }) => id))
    after = next
  }
  expect(read).toEqual(ids.map(({ id }) => id))
})
