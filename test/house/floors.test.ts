import { describe, expect, test } from 'vitest'
import { FLOORS, FLOORS_WITHIN, KEPT_TO } from './floors.ts'
import { circlesOf, type Import, importsOf, listSources } from './imports.ts'

const roomOf = (path: string) => path.split('/')[0] as string
const floorOf = new Map(FLOORS.flatMap((rooms, floor) => rooms.map((room) => [room, floor])))
const sources = listSources()
const imports = sources.flatMap(importsOf)
const local = imports.filter(({ isLocal, to }) => isLocal && /\.[tj]s$/.test(to))
/** The two folders (or files) under the nearest folder that both paths are in. */
function apart(from: string, to: string): [string, string] {
  const [a, b] = [from.split('/'), to.split('/')]
  const shared = a.findIndex((name, i) => name !== b[i])
  // A file straight in that folder is a part of it: a folder may share things with those inside.
  if (a.length === shared + 1 || b.length === shared + 1) return [from, from]
  return [a.slice(0, shared + 1).join('/'), b.slice(0, shared + 1).join('/')]
}

const say = ({ from, line, to }: Import) => `${from}:${line} imports ${to}`

test('every room has its floor', () => {
  expect([...new Set(sources.map(roomOf))].filter((room) => !floorOf.has(room))).toEqual([])
})

test('no import runs up, or to another room of the same floor', () => {
  const climbing = local.filter(({ from, to }) => {
    const [above, below] = [floorOf.get(roomOf(from)), floorOf.get(roomOf(to))]
    return roomOf(from) !== roomOf(to) && (below ?? 0) >= (above ?? 0)
  })
  expect(climbing.map(say)).toEqual([])
})

describe.each(Object.entries(FLOORS_WITHIN))('within %s', (room, floors) => {
  const named = floors.flat()
  const partOf = (path: string) => path.split('/')[1] as string
  const isFile = (part: string) => part.includes('.')
  /** Files that are not named stand on the highest floor, and may import each other. */
  const floorIn = (part: string) => {
    const floor = floors.findIndex((parts) => parts.includes(part))
    return floor < 0 && isFile(part) ? floors.length : floor
  }
  const inRoom = (path: string) => roomOf(path) === room

  test('every folder has its floor, and no name stands there for nothing', () => {
    const parts = new Set(sources.filter(inRoom).map(partOf))
    expect([...parts].filter((part) => !isFile(part) && !named.includes(part))).toEqual([])
    expect(named.filter((part) => !parts.has(part))).toEqual([])
  })

  test('no import runs up, or to another folder of the same floor', () => {
    const climbing = local.filter(({ from, to }) => {
      if (!inRoom(from) || !inRoom(to)) return false
      const [above, below] = [partOf(from), partOf(to)]
      const areBeside = isFile(above) && isFile(below) && floorIn(above) === floorIn(below)
      const isBetween = above !== below && !areBeside
      return isBetween && floorIn(below) >= floorIn(above)
    })
    expect(climbing.map(say)).toEqual([])
  })
})

test('no files import each other in a circle', () => {
  const files = Map.groupBy(local, ({ from }) => from)
  const edges = new Map(
    [...files].map(([from, those]) => [from, new Set(those.map(({ to }) => to))] as const),
  )
  expect(circlesOf(edges)).toEqual([])
})

test('no folders beside each other import each other in a circle', () => {
  const edges = new Map<string, Set<string>>()
  for (const { from, to } of local) {
    const [a, b] = apart(from, to)
    if (a.startsWith('test/') || a === b) continue
    edges.set(a, (edges.get(a) ?? new Set()).add(b))
  }
  expect(circlesOf(edges)).toEqual([])
})

test.each(KEPT_TO)('$why', ({ packages, rooms }) => {
  const elsewhere = imports.filter(
    ({ from, to, isLocal }) => !isLocal && packages.test(to) && !rooms.includes(roomOf(from)),
  )
  expect(elsewhere.map(say)).toEqual([])
})

test('every import is found, whatever its form', () => {
  const of = (file: string) => importsOf(file).map(({ to }) => to)
  expect(of('cli/commands/data.ts')).toContain('maintenance/copy/copy_data.ts')
  expect(of('test/house/floors.test.ts')).toEqual([
    'vitest',
    'test/house/floors.ts',
    'test/house/imports.ts',
  ])
  expect(
    circlesOf(
      new Map([
        ['a', new Set(['b'])],
        ['b', new Set(['a'])],
        ['c', new Set(['a'])],
      ]),
    ),
  ).toEqual([['a', 'b']])
})
