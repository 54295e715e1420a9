/**
 * The lexicons, read from the file in which `@atproto/api` has them: with its clients, of which it
 * exports all or none, it is four hundred modules, and a tenth of what a start costs.
 */
export const { lexicons, schemas }: Pick<typeof import('@atproto/api'), 'lexicons' | 'schemas'> =
  await import(new URL('client/lexicons.js', import.meta.resolve('@atproto/api')).href)
