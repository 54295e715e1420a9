import { createHash } from 'node:crypto'

/** By what the name of a cookie tells accounts apart, and says nothing of them. */
export const accountTag = (did: string): string =>
  createHash('sha256').update(did).digest('hex').slice(0, 16)
