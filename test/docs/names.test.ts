import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { settingNames } from '../../base/settings/settings.ts'
import { createProgram } from '../../cli/program.ts'
import packageJson from '../../package.json' with { type: 'json' }

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: REPOSITORY })]

/** Each of these in the pages, with lines of shell that go on on the next one as one line. */
const named = (pattern: RegExp) =>
  pages.flatMap((page) => {
    const text = readFileSync(`${REPOSITORY}${page}`, 'utf8').replaceAll(/\\\n\s*/g, '')
    return [...text.matchAll(pattern)].map(([, name = '']) => ({ page, name: name.trim() }))
  })

/** Behind `-u` it is the name of the user; the image has the name of the program. */
const COMMAND = /(?<!-u )(?:\bvestibule|cli\/main\.ts) (?!vestibule )([a-z][^`#|$\n]*)/g

/** @returns what of it the program does not know */
function unknownIn(words: readonly string[], command: Command): string[] {
  const [first = ''] = words
  const below = command.commands.find((each) => each.name() === first)
  if (below) return unknownIn(words.slice(1), below)
  if (command.commands.length > 0 && /^[a-z]/.test(first)) return [first]
  const known = [command, ...parentsOf(command)].flatMap(({ options }) => options)
  return words.filter((word) => /^--\w/.test(word) && !known.some(({ long }) => long === word))
}

function parentsOf({ parent }: Command): Command[] {
  return parent ? [parent, ...parentsOf(parent)] : []
}

test('each command that a page names is one of the program, with its options', () => {
  const program = createProgram()
  const commands = named(COMMAND)
  expect(commands.length).toBeGreaterThan(100)
  expect(commands.filter(({ name }) => unknownIn(name.split(/\s+/), program).length > 0)).toEqual(
    [],
  )
})

test('each setting that a page names is one', () => {
  const settings = named(/\b(ENTRYWAY_[A-Z0-9_]*[A-Z0-9])\b(?!_)/g)
  expect(settings.length).toBeGreaterThan(100)
  expect(settings.filter(({ name }) => !settingNames.includes(name))).toEqual([])
})

test('each script that a page names is in package.json', () => {
  const ofPnpm = ['add', 'install']
  const scripts = named(/\bpnpm(?:@10)? ([a-z][a-z:]*)/g)
  expect(scripts.length).toBeGreaterThan(30)
  const known = [...ofPnpm, ...Object.keys(packageJson.scripts)]
  expect(scripts.filter(({ name }) => !known.includes(name))).toEqual([])
})
