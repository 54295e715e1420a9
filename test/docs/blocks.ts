import { readdirSync, readFileSync } from 'node:fs'

/** Shell that a page of `docs/` tells its reader to run. */
export type Block = {
  page: string
  text: string
}

const FENCE = /^(?<indent> *)```(?<language>sh|shell)\n(?<text>[\s\S]*?)^\k<indent>```$/gm

/** The blocks of a page that are run as they are, in order, without the indentation of lists. */
export const shellBlocks = (page: string): Block[] => blocksOf(page, 'sh')

/** Those of a page for which something has to be filled in, or that need what is not here. */
export const otherBlocks = (page: string): Block[] => blocksOf(page, 'shell')

function blocksOf(page: string, language: 'sh' | 'shell'): Block[] {
  return [...readPage(page).matchAll(FENCE)].flatMap(({ groups }) => {
    const { text = '', indent = '' } = groups ?? {}
    if (groups?.language !== language) return []
    return [{ page, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }]
  })
}

/** The units of deploy/systemd/, by name. */
export function units(): Map<string, string> {
  const folder = new URL('../../deploy/systemd/', import.meta.url)
  return new Map(
    readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]),
  )
}

function readPage(page: string): string {
  return readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
}
