import type { z } from 'zod'
import { countUpTo, engine, oneOf } from './setting_kinds.ts'

export const engineEnvironment = {
  ENTRYWAY_DATABASE: oneOf(['file', 'engine']).default('file'),
  ENTRYWAY_AUTH_ACTORS: countUpTo(64).default(1),
  ENTRYWAY_DIRECTORIES: countUpTo(64).default(1),
  RIVET_ENDPOINT: engine.optional(),
}

/** What several machines need the same, since an actor may move from one to another at any time. */
const SHARED = [
  'ENTRYWAY_JWT_KEY_HEX',
  'ENTRYWAY_PLC_ROTATION_KEY_HEX',
  'ENTRYWAY_DPOP_SECRET_HEX',
  'ENTRYWAY_ADMIN_PASSWORD',
] as const

type EngineEnvironment = z.output<z.ZodObject<typeof engineEnvironment>> & {
  [name in (typeof SHARED)[number]]?: string | undefined
}

/** What is wrong with these settings, one line each. */
export function mistakesInEngine(e: EngineEnvironment): string[] {
  if (!e.RIVET_ENDPOINT) {
    return e.ENTRYWAY_DATABASE === 'engine'
      ? ['ENTRYWAY_DATABASE: engine needs RIVET_ENDPOINT']
      : []
  }
  const lines: string[] = []
  if (e.ENTRYWAY_DATABASE !== 'engine') {
    lines.push('RIVET_ENDPOINT: needs ENTRYWAY_DATABASE=engine, or data would stay behind')
  }
  const missing = SHARED.filter((name) => !e[name])
  if (missing.length) {
    lines.push(`RIVET_ENDPOINT: needs ${missing.join(', ')}, the same on every machine`)
  }
  return lines
}
