import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseSync } from 'oxc-parser'
import { PROGRAM } from './floors.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** One import: of a file of this repository by its path in it, else of a package by its name. */
export type Import = { from: string; line: number; to: string; isLocal: boolean }

/** What is loaded with a file: its imports but for those of types, and for those that it makes as it runs. */
export function loadedWith(file: string): Import[] {
  const { module } = parseSync(file, readFileSync(join(root, file), 'utf8'))
  const values = [
    ...module.staticImports.filter(
      ({ entries }) => !entries.length || entries.some(({ isType }) => !isType),
    ),
    ...module.staticExports.filter(({ entries }) => entries.some(({ isType }) => !isType)),
  ]
  const starts = new Set(values.map(({ start }) => start))
  return importsAt(file).filter(({ start }) => starts.has(start))
}

/** Every source file, as git knows them, and those that it does not ignore. */
export function listSources(): string[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.js'],
    { cwd: root, encoding: 'utf8' },
  )
  return listed.trim().split('\n')
}

/** Those of the program itself. */
export function listProgramSources(): string[] {
  return listSources().filter((file) => PROGRAM.includes(file.split('/')[0] as string))
}

/** Every import of a file: of values and of types, static and dynamic, and what it re-exports. */
export function importsOf(file: string): Import[] {
  return importsAt(file).map(({ start: _, ...each }) => each)
}

function importsAt(file: string): (Import & { start: number })[] {
  const source = readFileSync(join(root, file), 'utf8')
  const { module } = parseSync(file, source)
  const lineAt = (offset: number) => source.slice(0, offset).split('\n').length
  const named = [
    ...module.staticImports.map(({ start, moduleRequest }) => ({ start, to: moduleRequest.value })),
    ...module.staticExports.flatMap(({ start, entries }) =>
      entries.flatMap(({ moduleRequest }) =>
        moduleRequest ? [{ start, to: moduleRequest.value }] : [],
      ),
    ),
    ...module.dynamicImports.map(({ start, moduleRequest }) => ({
      start,
      to: source.slice(moduleRequest.start, moduleRequest.end).replaceAll(/^['"`]|['"`]$/g, ''),
    })),
  ]
  return named.map(({ start, to }) => {
    const isLocal = to.startsWith('.')
    const path = isLocal ? posix.normalize(posix.join(dirname(file), to)) : to
    return { from: file, line: lineAt(start), to: path, isLocal, start }
  })
}

/** What of `edges` lies on a circle: the sets of names that reach each other, each of two or more. */
export function circlesOf(edges: ReadonlyMap<string, ReadonlySet<string>>): string[][] {
  const reached = new Map([...edges.keys()].map((name) => [name, reachableFrom(name, edges)]))
  const circles = new Map<string, string[]>()
  for (const [name, others] of reached) {
    if (!others.has(name)) continue
    const circle = [...others].filter((other) => reached.get(other)?.has(name)).toSorted()
    circles.set(circle.join(), circle)
  }
  return [...circles.values()]
}

function reachableFrom(
  name: string,
  edges: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const reached = new Set<string>()
  const open = [...(edges.get(name) ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    open.push(...(edges.get(next) ?? []))
  }
  return reached
}
