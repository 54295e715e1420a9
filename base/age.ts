import { DAY, HOUR } from './lifetimes.ts'

/** How long something has been, in words, such as `5 hours`. @param ms */
export const ageOf = (ms: number): string =>
  ms < 2 * DAY ? count(Math.round(ms / HOUR), 'hour') : count(Math.floor(ms / DAY), 'day')

const count = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`
