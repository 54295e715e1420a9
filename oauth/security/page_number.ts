import type { HttpRequest } from '../../http/message.ts'

/** Which page of what is signed in is asked for, from 1. */
export function pageNumberOf({ url }: HttpRequest): number {
  const number = Number(url.searchParams.get('page'))
  return Number.isSafeInteger(number) && number > 0 ? number : 1
}

/** As it stands in an address. */
export const pageQuery = (number: number): Record<string, string> =>
  number > 1 ? { page: String(number) } : {}
