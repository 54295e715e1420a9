import { z } from 'zod'
import { command } from './command.ts'

/** Registers an OAuth client that has no metadata URL, or changes its metadata (RFC 7591). */
export const add = command(
  z.strictObject({ id: z.string().min(1), metadata: z.record(z.string(), z.unknown()) }),
  async ({ registerClient }, { id, metadata }) => {
    await registerClient(id, metadata)
    return { id }
  },
)
