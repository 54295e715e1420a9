import { appendFileSync, cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { callable } from '../../actors/hosting/callable.ts'
import { ownVersion, ROOMS, versionOfCode } from '../../actors/hosting/code_version.ts'
import { ActorConnection } from '../../actors/hosting/connection.ts'
import { makeTemporaryFolder } from '../../lab/world/temporary_folder.ts'
import { FLOORS } from '../house/floors.ts'
import { keptLog } from '../shared/logged.ts'
import { Line } from './line.ts'

/** Shorter, and in the same proportions. */
const lifetimes = await vi.hoisted(() => vi.importActual<object>('../../base/lifetimes.ts'))
vi.mock('../../base/lifetimes.ts', () => ({
  ...lifetimes,
  ...{ CALL: 2_500, CALL_BEGINS: 500, QUIET: 100, SIGN_OF_LIFE: 300, CLOCK_DRIFT: 6 },
  ...{ CONNECT: 450, CONNECT_AGAIN: 150, CONNECT_PAUSE: 25 },
}))

const version = await vi.hoisted(() =>
  vi.importActual<typeof import('../../actors/hosting/code_version.ts')>(
    '../../actors/hosting/code_version.ts',
  ),
)
vi.mock('../../actors/hosting/code_version.ts', () => ({
  ...version,
  ownVersion: vi.fn(version.ownVersion),
}))

test('who asks is of the version that its files had at its start, also where nothing answered then', async () => {
  vi.mocked(ownVersion).mockReturnValueOnce('older')
  const kept = keptLog()
  const line = new Line(callable('test', { act: () => true }, kept.log))
  const options = { actor: 'test', secret: '', place: 'engine', log: kept.log } as const
  const connection = new ActorConnection(line.getter, ['0'], options)
  await expect(connection.call('act', [])).rejects.toThrow()
  expect(kept.lines()).toMatchObject([{ level: 'error', actor: 'test' }])
  await connection.close()
})

test.each([
  ['of before there were versions', undefined],
  ['of another version', 'another'],
])(
  'an actor %s is not asked, and that is said once, until one of this version is there',
  async (_, version) => {
    const [done, kept] = [[] as string[], keptLog()]
    const other = callable(
      'test',
      { act: (_c: unknown, name: string) => done.push(name) },
      kept.log,
    )
    const { instance } = other.actions
    let isOther = true
    other.actions.instance = (...args) => {
      const said = instance(...args)
      return isOther ? ({ ...said, version } as typeof said) : said
    }
    const options = { actor: 'test', secret: '', place: 'engine', log: kept.log } as const
    const connection = new ActorConnection(new Line(other).getter, ['0'], options)
    await expect(connection.call('act', ['first'])).rejects.toThrow()
    expect(done).toEqual([])
    expect(kept.lines()).toMatchObject([{ level: 'error', actor: 'test' }])
    isOther = false
    expect(await connection.call('act', ['second'])).toBe(1)
    expect(done).toEqual(['second'])
    await connection.close()
  },
)

test('a version is of all rooms up to the floor of actors', () => {
  const floor = FLOORS.findIndex((rooms) => rooms.includes('actors'))
  expect(ROOMS).toEqual(
    FLOORS.slice(0, floor + 1)
      .flat()
      .sort(),
  )
})

test('each change of what actors are made of is another version, and nothing else is', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const folder = await makeTemporaryFolder('version')
  const copied = join(folder.path, '/')
  const rooms = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  for (const { name } of rooms.filter(
    ({ name }) => !name.startsWith('.') && name !== 'node_modules',
  ))
    cpSync(join(root, name), join(copied, name), { recursive: true })
  expect(versionOfCode(copied)).toBe(ownVersion())
  appendFileSync(join(copied, 'pages/home.ts'), '\n')
  expect(versionOfCode(copied)).toBe(ownVersion())
  appendFileSync(join(copied, 'actors/account/sessions.ts'), '\n')
  expect(versionOfCode(copied)).not.toBe(ownVersion())
  await folder.remove()
})
