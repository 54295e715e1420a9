import { HOUR, MINUTE } from '../../base/lifetimes.ts'
import { takePoints } from '../../database/limits/counter.ts'
import type { AppInProcess } from '../../lab/world/app/app.ts'
import { seedDirectory, seededAccount } from '../../lab/world/app/seed_directory.ts'
import { limit } from '../shared/limit.ts'
import { command } from '../shared/people/operators.ts'

/** More than a search looks at before it says that there are others. */
const ACCOUNTS = 12_000
const EVENTS = 300

/** Fills an installation as a large one is. */
export async function fill(app: AppInProcess): Promise<void> {
  const { directory } = app.actors
  const [did, url] = ['did:web:pds.test', 'http://127.0.0.1:9']
  await directory.addPds({ did, url, address: url, adminPassword: 'nowhere to be used' })
  seedDirectory(app.directory, ACCOUNTS, did)
  await directory.keepEvents({ events: Array.from({ length: EVENTS }, happened), counts: {} }, 0)
  for (const [name, subject, used] of REACHED) {
    const { points, seconds } = limit(name)
    const counter = { key: `${name}\n${subject}`, points, seconds }
    for (let i = 0; i < used; i++) takePoints(app.counters, [counter])
  }
  await command(app, 'invite/create', { count: 20, uses: 3 })
  const uris = { redirect_uris: ['https://wiki.example.com/callback'] }
  await command(app, 'openid/client-add', { id: 'wiki', metadata: uris })
  await command(app, 'openid/resource-add', {
    address: 'https://mcp.example.com',
    scopes: ['read'],
  })
}

/** Names of limits, whom they stop, and how often those have tried. */
const REACHED: readonly [string, string, number][] = [
  ['password, one address at one account', 'seeded-17.test\n203.0.113.17', 10],
  ['password, one address', '203.0.113.17', 44],
  ['password, one account', 'seeded-9@mail.internal', 100],
  ['sign-up', '2001:db8:1:2', 85],
  ['sign-up, everybody', '', 5_000],
]

function happened(_: unknown, i: number) {
  const { did } = seededAccount(i * 7)
  const about = { did, address: `198.51.100.${i % 200}`, operator: null }
  const at = Date.now() - 3 * HOUR + (i * 3 * HOUR) / EVENTS - MINUTE
  const [event, detail] = KINDS[i % KINDS.length] as (typeof KINDS)[number]
  return { at, event, ...about, detail }
}

const CLIENT = 'https://app.example.com/client-metadata.json'
const KINDS: readonly [string, Record<string, unknown>][] = [
  ['signed_in', { way: 'password', clientId: CLIENT }],
  ['client_authorized', { clientId: CLIENT }],
  ['sign_in_failed', { way: 'password' }],
  ['signed_in', { way: 'passkey' }],
  ['factor_added', { kind: 'totp' }],
]
