import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { fieldsOf } from '../../operator/descriptions/fields.ts'
import { descriptionOf, descriptions } from '../../operator/descriptions/index.ts'
import { formOf } from '../../operator/paths.ts'
import { readInput } from '../../operator_page/input.ts'
import { command, enterByLink, startOperatorApp } from '../shared/people/operators.ts'
import { newPerson } from '../shared/people/person.ts'

let app: AppInProcess
let did: string
beforeAll(async () => {
  app = await startOperatorApp({ ENTRYWAY_PLC_URL: 'http://127.0.0.1:9' })
  const somebody = await newPerson(app)
  did = somebody.did
  await command(app, 'openid/client-add', {
    ...{ id: 'wiki', metadata: { redirect_uris: ['https://wiki.example.com/callback'] } },
  })
})
afterAll(() => app?.close())

/** What the databases, SQL, paths, URLs, numbers and terminals of somebody may take for something else. */
const TEXTS = [
  ...['', ' ', '\0', 'a\0b', '\ud800', '\u202e', '\n', "' OR 1=1 --", '%', '_', '*', '"', '\\'],
  ...['../../etc/passwd', '__proto__', 'constructor', '😀', 'ﬀ', 'İ', 'did:', 'did:plc:', '@'],
  ...['did:plc:../../x', 'did:web:', 'did:web:%', 'at://', 'http://', 'https://[', 'a@b', '-1'],
  ...[
    'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa',
    '.test',
    'a..test',
    'xn--',
    '0',
    'null',
    'x'.repeat(40_000),
  ],
]
const OTHERS = [null, true, {}, [], [null], [''], ['\0'], ['\ud800'], { a: '\0' }, { __proto__: 1 }]
const NUMBERS = [0, -1, 1, 1.5, 1e9, 2 ** 53, 1e300]

/** Something that each command takes. */
const GOOD: Record<string, unknown> = {
  handle: 'new.test',
  email: 'new@mail.internal',
  password: 'a good password',
  metadata: { redirect_uris: ['https://a.example.com/callback'] },
  scopes: ['read'],
  url: 'https://pds.example.com',
  adminPassword: 'a password',
  address: 'https://mcp.example.com',
  name: 'A name',
  id: 'wiki',
  pds: 'did:web:pds.test',
}

test.each(descriptions)('$words fails at nothing that it is given', async (description) => {
  const { command: name } = description
  const fields = fieldsOf(description)
  const good = Object.fromEntries(
    fields.flatMap((field) =>
      field.isRequired ? [[field.name, field.name === 'account' ? did : GOOD[field.name]]] : [],
    ),
  )
  for (const field of fields) {
    for (const odd of [...TEXTS, ...OTHERS, ...NUMBERS]) {
      const { status, body } = await command(app, name, { ...good, [field.name]: odd })
      const about = `${name} ${field.name} ${JSON.stringify(odd)?.slice(0, 60)}: ${JSON.stringify(body).slice(0, 200)}`
      expect.soft(status === 500 ? about : '').toBe('')
    }
  }
})

test.each(['%', '_', '*', '?', '\\', '"', "'", '\0', '[a-z]'])(
  'what is looked for is text, and no pattern: %j',
  async (search) => {
    const found = await command(app, 'account/list', { search })
    expect(found).toMatchObject({ status: 200, body: { accounts: [] } })
    const trail = await command(app, 'trail', { search, address: search, by: search })
    expect(trail).toMatchObject({ status: 200, body: { events: [] } })
  },
)

test.each(['account/list', 'invite/list', 'client/list', 'openid/client-list'])(
  '%s goes on after any text',
  async (name) => {
    for (const after of TEXTS) {
      expect([200, 400]).toContain((await command(app, name, { after })).status)
    }
  },
)

test.each(['account list', 'client list', 'openid client list'])(
  'the page of %s goes on after a name of digits, too',
  async (words) => {
    const visitor = await enterByLink(app)
    for (const after of ['1234', 'a', '😀']) {
      const { status } = await visitor.open(`${formOf(words)}?after=${encodeURIComponent(after)}`)
      expect(status).toBe(200)
    }
    const trail = formOf('trail')
    expect((await visitor.open(`${trail}?before=1234`)).status).toBe(200)
    const nowhere = await visitor.open(`${trail}?before=a`)
    expect([nowhere.status, nowhere.alert]).toEqual([400, 'before: must be a number'])
  },
)

test.each(['account reset-password', 'account create', 'pds add'])(
  '%s takes a secret as it is typed, with its spaces',
  (words) => {
    const fields = fieldsOf(descriptionOf(words))
    const read = readInput(fields, (name) => ` ${GOOD[name] ?? name} `)
    const { input } = read as Extract<typeof read, { input: object }>
    for (const { name, kind, elsewhere } of fields) {
      const typed = GOOD[name] ?? name
      const taken = elsewhere === 'secret' ? ` ${typed} ` : typed
      expect(input[name]).toBe(kind === 'switch' ? true : taken)
    }
  },
)
