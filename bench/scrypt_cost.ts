import { scryptSync } from 'node:crypto'
import { median } from './statistics.ts'

const ROUNDS = 20

/**
 * CPU ms of one thread for the hash of one password, which neither server gets around: with the
 * parameters of the stock PDS (`passwords/scrypt.ts`).
 */
export function scryptCost(): number {
  const costs = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now()
    scryptSync('password', 'salt', 64)
    return performance.now() - begun
  })
  return median(costs)
}
