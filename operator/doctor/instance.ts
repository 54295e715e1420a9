import { randomBytes } from 'node:crypto'

/** Tells this process from every other one, also from one with the same keys, such as the one before it on another machine. */
export const INSTANCE = randomBytes(16).toString('base64url')
