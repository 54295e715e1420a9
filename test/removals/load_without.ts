import { registerHooks } from 'node:module'
import { apply, urlOf } from './removal.ts'
import { removals } from './removals.ts'

/**
 * Loaded first into a child process (`WORLD_PRELOAD`), with the number of a removal in its query:
 * the modules that follow are loaded without that defence.
 */
const number = Number(new URL(import.meta.url).searchParams.get('removal'))
const edits = removals[number]?.edits ?? []

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const here = edits.filter((edit) => urlOf(edit) === url)
    if (here.length === 0) return loaded
    const source = Buffer.from(loaded.source as Uint8Array).toString()
    return { ...loaded, source: here.reduce((text, edit) => apply(edit, text), source) }
  },
})
