import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { expect, test } from 'vitest'
import { listSources } from './imports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const LINK = /\{@link ([\w$]+)(?:\.([\w$]+))?[^}]*\}/g
/** A path from the root, in the folders of this repository. */
const PATH = /`((?:[\w.-]+\/)+[\w.-]*)`/g
/** A file without its folder, which is the one of the file that names it, or the root. */
const NAME = /`(\w+\.[tj]s)`/g

/** What a node declares by a name, and all within it: types, values and their members. */
function declaredIn(node: unknown, names = new Set<string>()): Set<string> {
  if (Array.isArray(node)) for (const each of node) declaredIn(each, names)
  else if (typeof node === 'object' && node !== null) {
    const { id, key } = node as Record<string, { name?: string; value?: unknown } | undefined>
    for (const named of [id, key]) names.add(String(named?.name ?? named?.value))
    for (const each of Object.values(node)) declaredIn(each, names)
  }
  return names
}

const sources = listSources().map((file) => {
  const parsed = parseSync(file, readFileSync(join(root, file), 'utf8'))
  const imports = parsed.module.staticImports.flatMap(({ entries }) => entries)
  const namespaces = imports.filter(({ importName }) => importName.kind === 'NamespaceObject')
  const nameOf = ({ localName }: (typeof imports)[number]) => localName.value
  return {
    file,
    declared: declaredIn(parsed.program),
    imported: imports.map(nameOf),
    namespaces: new Set(namespaces.map(nameOf)),
    comments: parsed.comments.map(({ value }) => value),
  }
})
const all = new Set(sources.flatMap(({ declared, imported }) => [...declared, ...imported]))
const rooms = new Set(sources.map(({ file }) => file.split('/')[0]))

test('what a comment links to is there', () => {
  let links = 0
  const gone = sources.flatMap(({ file, namespaces, comments }) =>
    comments.flatMap((comment) =>
      [...comment.matchAll(LINK)].flatMap(([link, name = '', member]) => {
        links++
        const isMember = ({ declared }: { declared: Set<string> }) =>
          declared.has(name) && declared.has(member ?? name)
        const isThere =
          member === undefined || namespaces.has(name)
            ? all.has(member ?? name)
            : sources.some(isMember)
        return isThere ? [] : [`${file}: ${link}`]
      }),
    ),
  )
  expect(gone).toEqual([])
  expect(links).toBeGreaterThan(100)
})

const namedBy = (pattern: RegExp) =>
  sources.flatMap(({ file, comments }) =>
    comments.flatMap((comment) =>
      [...comment.matchAll(pattern)].map(([, path = '']) => ({ file, path })),
    ),
  )

test('each file and folder that a comment names is there', () => {
  const ours = namedBy(PATH).filter(({ path }) => rooms.has(path.split('/')[0]))
  expect(ours.filter(({ path }) => !existsSync(join(root, path)))).toEqual([])
  expect(ours.length).toBeGreaterThan(10)
})

test('each file that a comment names alone is beside it, or at the top', () => {
  const named = namedBy(NAME)
  const gone = named.filter(({ file, path }) =>
    [dirname(file), ''].every((folder) => !existsSync(join(root, folder, path))),
  )
  expect(gone).toEqual([])
  expect(named.length).toBeGreaterThan(10)
})
