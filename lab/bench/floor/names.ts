import { randomBytes } from 'node:crypto'

/** Hex digits of the number of a row in a name. */
const ROW = 16

/** An unguessable name of a row, which tells its number: no index is needed to find it. @param digits of hex */
export function newName(prefix: string, row: number, digits: number): string {
  const random = randomBytes((digits - ROW) / 2).toString('hex')
  return `${prefix}${random}${row.toString(16).padStart(ROW, '0')}`
}

/** The number of the row that a name tells; of no row where it is no name. */
export function rowOf(name: string): number {
  const row = Number.parseInt(name.slice(-ROW), 16)
  return Number.isSafeInteger(row) ? row : 0
}
