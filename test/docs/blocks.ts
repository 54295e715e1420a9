import { readdirSync, readFileSync } from 'node:fs'

/** Shell that a page of `docs/` tells its reader to run. */
export type Block = {
  page: string
  text: string
}

const FENCE = /^(?<indent> *)```sh\n(?<text>[\s\S]*?)^\k<indent>```$/gm

/** The shell blocks of a page, in order, without the indentation of lists. */
export function shellBlocks(page: string): Block[] {
  return [...readPage(page).matchAll(FENCE)].map(({ groups }) => {
    const { text = '', indent = '' } = groups ?? {}
    return { page, text: text.replaceAll(new RegExp(`^${indent}`, 'gm'), '') }
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
