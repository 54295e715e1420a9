import { scryptSync } from 'node:crypto'
import { median } from '../figures/statistics.ts'

const ROUNDS = 20

/**
 * CPU ms for the hash of one password, which neither server gets around: with the
 * parameters of the stock PDS (`passwords/scrypt.ts`).
 */
export function scryptCost(): number {
  const costs = Array.from({ length: ROUNDS }, () => {
    const begun = process.cpuUsage()
    scryptSync('password', 'salt', 64)
    const { user, system } = process.cpuUsage(begun)
    return (user + system) / 1000
  })
  return median(costs)
}
