import { z } from 'zod'
import { codeOf } from './fault_code.ts'

/** Why something failed, by what is at the bottom of it: `fetch` itself says no more than that it failed. */
export function reasonOf(err: unknown): string {
  if (!(err instanceof Error)) return 'it could not be asked'
  const { cause, message } = err
  // Of what is read, the error lists all that is wrong with it.
  if (cause instanceof SyntaxError || cause instanceof z.ZodError)
    return 'what answers is something else'
  const deeper = cause instanceof Error ? reasonOf(cause) : ''
  return deeper || message || codeBelow(err)
}

/** The code of an error, or of what is below it; empty where there is none. */
export function codeBelow(err: unknown): string {
  const { cause = err } = (err ?? {}) as { cause?: unknown }
  return codeOf(cause)
}
