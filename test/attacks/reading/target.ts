import { ACCOUNT } from '../../../oauth/paths.ts'

/** @returns what can be asked of a route: below a path that ends in a slash, something that is there */
export function targetOf(path: string): string {
  if (path === `${ACCOUNT}/`) return `${path}sign-in`
  return path.endsWith('/') ? `${path}some/thing` : path
}
