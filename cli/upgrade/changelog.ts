import { compareVersions } from './release.ts'

/** What a changelog says of one version; entries are Markdown. */
export type Section = { title: string; entries: string[] }

/**
 * What `theirs` says of the version here and of later ones, and `ours` does not: a version that is not
 * released yet has some of its entries in both.
 *
 * @param since the version here
 */
export function newEntries(theirs: string, ours: string, since: string): Section[] {
  const known = new Set(sectionsOf(ours).flatMap(({ entries }) => entries.map(asOneLine)))
  return sectionsOf(theirs)
    .filter(({ title }) => {
      const [version] = /\d+(\.\d+)+/.exec(title) ?? []
      return version === undefined || compareVersions(version, since) >= 0
    })
    .map(({ title, entries }) => ({
      title,
      entries: entries.filter((entry) => !known.has(asOneLine(entry))),
    }))
    .filter(({ entries }) => entries.length > 0)
}

/** What stands below headings of the second level: items of lists, and paragraphs, without headings of less. */
function sectionsOf(changelog: string): Section[] {
  const [, ...sections] = `\n${changelog}`.split(/\n## +/)
  return sections.map((section) => {
    const [title = '', ...lines] = section.split('\n')
    const entries = lines
      .join('\n')
      .split(/\n(?=- )|\n{2,}/)
      .map((entry) => entry.trim())
    return { title: title.trim(), entries: entries.filter((entry) => /^[^#]/.test(entry)) }
  })
}

const asOneLine = (entry: string) => entry.replaceAll(/\s+/g, ' ')
