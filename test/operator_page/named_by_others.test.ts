import { expect, test } from 'vitest'
import { sentence } from '../../operator_page/layout.ts'
import { resultOf } from '../../operator_page/result.ts'

/** What somebody may call a passkey, an app or a reason. */
const NAMES = ['`', 'a`b', '`a` long `name` with `marks`', '`vestibule account delete` says nobody']

/** As a browser shows it. */
const shown = (page: unknown) =>
  String(page)
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&#96;', '`')

/** Members of answers that hold names, as they are or in a list, in a table and in a sheet. */
const answers = (name: string): [string, unknown][] => [
  ['in a sheet', { takedownRef: name }],
  ['in a list', { passkeys: [name] }],
  ['in a table', { passkeys: [{ name, createdAt: 0 }] }],
  ['in a thing of a table', { events: [{ detail: { name } }] }],
  ['where a command goes on with it', { limits: [{ id: name }] }],
  ['where nobody is', { did: name }],
  ['in metadata', { metadata: { client_name: name, contacts: [name] } }],
]

test.each(NAMES.flatMap((name) => answers(name).map(([where, value]) => [name, where, value])))(
  'the name %s is shown as it is, %s',
  async (name, _, value) => {
    const page = String(await resultOf(value, { id: 'limits lift' }))
    expect(shown(page)).toContain(name)
    expect(page).not.toContain('<code>')
  },
)

test.each(['`', 'a`b', '`x`', 'a `b c` d'])(
  'beside the name %s a sentence says its command',
  async (name) => {
    const said = `No client ${name} here; \`vestibule client list\` shows them`
    const page = String(await sentence(said))
    expect(page).toContain('<code>vestibule client list</code>')
    expect(shown(page)).toBe(`No client ${name} here; vestibule client list shows them`)
    const cell = String(await resultOf({ checks: [{ found: said }], missing: [said] }))
    expect(cell.match(/<code>vestibule client list<\/code>/g)).toHaveLength(2)
  },
)
