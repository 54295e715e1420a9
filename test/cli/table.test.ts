import { expect, test, vi } from 'vitest'
import { checkTable } from '../../cli/terminal/checks.ts'
import { sheet, table } from '../../cli/terminal/table.ts'

const DID = 'did:plc:abcdefghijklmnopqrstuvwx'
const HANDLE = 'somebody-with-a-name.example.com'
const PROSE = 'let the proxy in front send every path of this host to the entryway, then try again'
const longest = (text: string) => Math.max(...text.split('\n').map(({ length }) => length))

test('what fits is a table', () => {
  const drawn = table(['handle', 'DID'], [['alice.test', DID]], 80)
  expect(drawn).toContain('│ alice.test │')
  expect(table(['handle'], [], 80)).toBe('none')
})

test('prose is wrapped until it fits', () => {
  const drawn = table(['account', 'to mend'], [[DID, PROSE]], 80)
  expect(longest(drawn)).toBeLessThanOrEqual(80)
  expect(drawn).toContain(`│ ${DID} │`)
})

test('ids and addresses are never broken: each row becomes a paragraph', () => {
  const head = ['handle', 'DID', 'standing', 'e-mail', 'PDS', 'to mend']
  const row = [HANDLE, DID, 'taken down', `${HANDLE}@mail.example.com`, 'did:web:pds.test', PROSE]
  const drawn = table(head, [row, row], 80)
  expect(longest(drawn)).toBeLessThanOrEqual(80)
  for (const whole of row.slice(0, 5)) expect(drawn).toContain(whole)
  expect(drawn.split('\n\n')).toHaveLength(2)
})

test('sheets and checks fit, too; without an end nothing is wrapped', () => {
  const found = { name: 'Mail', state: 'failed' as const, found: PROSE, mend: PROSE }
  expect(longest(sheet({ DID, note: PROSE, more: `${PROSE} ${PROSE}` }, 80))).toBeLessThanOrEqual(
    80,
  )
  expect(longest(checkTable([found], 80).split('To mend')[0] as string)).toBeLessThanOrEqual(80)
  expect(longest(table(['a', 'b'], [[DID, PROSE]], Number.POSITIVE_INFINITY))).toBeGreaterThan(80)
})

test('a terminal that says it has no columns, as a serial console does, gets what fits 80', () => {
  vi.stubEnv('COLUMNS', undefined)
  const { columns, isTTY } = process.stdout
  Object.assign(process.stdout, { columns: 0, isTTY: true })
  try {
    const drawn = table(['account', 'to mend'], [[DID, PROSE]])
    expect(drawn).toContain(`│ ${DID} │`)
    expect(longest(drawn)).toBeLessThanOrEqual(80)
  } finally {
    Object.assign(process.stdout, { columns, isTTY })
    vi.unstubAllEnvs()
  }
})

/** With more words than a function takes arguments. */
test('a finding for each account of a large installation is printed', () => {
  const findings = Array.from({ length: 30_000 }, () => [DID, `${PROSE}. ${PROSE}`])
  expect(table(['account', 'to mend'], findings, 40).split(DID)).toHaveLength(30_001)
  const rows = Array.from({ length: 450 }, (_, i) => [`${i}.test`])
  const drawn = table(['handle'], rows, 80)
  expect(drawn.match(/handle/g)).toHaveLength(3)
  for (const [handle] of rows) expect(drawn).toContain(`│ ${handle} `)
})

test('what a person named reaches no terminal as a command', () => {
  const named = 'Phone\u001b]0;owned\u0007\u009b2J\r\u202e'
  for (const drawn of [sheet({ passkeys: named }), table(['name'], [[named]], 20)]) {
    expect(drawn).toContain('Phone')
    for (const control of ['\u001b]', '\u0007', '\u009b', '\r', '\u202e']) {
      expect(drawn).not.toContain(control)
    }
  }
})
