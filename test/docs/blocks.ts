import { readFileSync } from 'node:fs'

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

/** The files that a page shows with their path before them, by name. */
export function unitFiles(page: string): Map<string, string> {
  const units = readPage(page).matchAll(
    /^`\/etc\/systemd\/system\/(.+)`:\n\n```ini\n([\s\S]*?)^```$/gm,
  )
  return new Map([...units].map(([, name = '', text = '']) => [name, text]))
}

function readPage(page: string): string {
  return readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
}
