import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { FLOORS } from '../house/floors.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: REPOSITORY })

const read = (page: string) => readFileSync(join(REPOSITORY, page), 'utf8')

/** The anchors of a page's headings, as GitHub names them. */
function anchorsOf(page: string): string[] {
  const prose = read(page).replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
  return [...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test('each link between the pages leads to a file, and to a heading where it names one', () => {
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(
      ([, path = '', anchor]) => ({ page, to: path ? join(dirname(page), path) : page, anchor }),
    ),
  )
  const broken = links.filter(
    ({ to, anchor }) =>
      !existsSync(join(REPOSITORY, to)) ||
      (anchor !== undefined && pages.includes(to) && !anchorsOf(to).includes(anchor)),
  )
  expect(links.length).toBeGreaterThan(100)
  expect(broken).toEqual([])
})

test('each file or folder of the house that a page names is there', () => {
  const rooms = new Set(FLOORS.flat())
  const named = pages.flatMap((page) =>
    [...read(page).matchAll(/`([\w.-]+)(\/[\w./-]+)`/g)].flatMap(([, room = '', path]) =>
      rooms.has(room) ? [{ page, file: room + path }] : [],
    ),
  )
  expect(named.length).toBeGreaterThan(100)
  expect(named.filter(({ file }) => !existsSync(join(REPOSITORY, file)))).toEqual([])
})
