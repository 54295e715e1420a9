import { DAY, HOUR } from '../lifetimes.ts'

/** How long something has been, in words, such as `5 hours`. @param ms */
export const ageOf = (ms: number): string =>
  ms < 2 * DAY ? count(Math.round(ms / HOUR), 'hour') : count(Math.floor(ms / DAY), 'day')

/** A number of something, such as `1 minute` or `2 minutes`. @param unit in the singular */
export const count = (n: number, unit: string): string => `${n} ${unit}${n === 1 ? '' : 's'}`
