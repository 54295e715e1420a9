import { InvalidRequestError } from '@atproto/xrpc-server'
import { schemas } from '../base/values/lexicons.ts'

type Members = Record<string, unknown>
type Property = { type: string }
type Shape = { required?: string[]; properties?: Record<string, Property> }
type Main = { parameters?: Shape; input?: { schema?: Shape } }

/** How a parameter of a type is written in a query. */
const WRITTEN: Record<string, RegExp> = { boolean: /^(true|false)$/, integer: /^-?\d+$/ }

/**
 * Takes empty members out of what a method is called with, where its lexicon does not require them:
 * clients that have nothing to say send `""` as often as they leave the member out
 * (`inviteCode` in the sign-up of the Bluesky app), and the reference takes both alike.
 */
export function emptyIsAbsent(nsid: string): (members: Members) => Members {
  const { parameters, input } = shapesOf(nsid)
  const optional = new Set([parameters, input].flatMap(optionalMembers))
  return (members) => {
    const empty = Object.keys(members).filter((name) => members[name] === '' && optional.has(name))
    if (empty.length === 0) return members
    return Object.fromEntries(Object.entries(members).filter(([name]) => !empty.includes(name)))
  }
}

/**
 * Refuses what the reference refuses and the validator of lexicons here lets pass: it takes every
 * parameter for a boolean, reads `1.5` as 1 and joins the values of one that is given twice, and a
 * list is as good to it as an object of unknown members.
 *
 * @returns what is given the target of a request, path and query, and its input
 * @throws {InvalidRequestError}
 */
export function assertAsWritten(nsid: string): (target: string, input: unknown) => void {
  const { parameters, input } = shapesOf(nsid)
  const scalars = Object.entries(parameters?.properties ?? {}).filter(isScalar)
  const objects = Object.entries(input?.properties ?? {})
    .filter(([, { type }]) => type === 'unknown')
    .map(([name]) => name)
  const assertScalars = (query: URLSearchParams) => {
    for (const [name, { type }] of scalars) {
      const values = query.getAll(name).filter((value) => value !== '')
      const isWell = values.every((value) => WRITTEN[type]?.test(value) ?? true)
      if (values.length > 1 || !isWell) {
        throw new InvalidRequestError(`Invalid ${nsid} params: ${name} must be one ${type}`)
      }
    }
  }
  return (target, members) => {
    // Most methods have none, and to parse a URL takes longer than all else here.
    if (scalars.length) assertScalars(new URL(target, 'http://localhost').searchParams)
    for (const name of objects) {
      if (!Array.isArray((members as Members | undefined)?.[name])) continue
      throw new InvalidRequestError(`Input/${name} must be an object`)
    }
  }
}

const isScalar = ([, { type }]: [string, Property]) => type !== 'array'

function shapesOf(nsid: string): { parameters?: Shape | undefined; input?: Shape | undefined } {
  const lexicon = schemas.find(({ id }) => id === nsid) as { defs: { main: Main } } | undefined
  const { parameters, input } = lexicon?.defs.main ?? {}
  return { parameters, input: input?.schema }
}

function optionalMembers(shape: Shape | undefined): string[] {
  return Object.keys(shape?.properties ?? {}).filter((name) => !shape?.required?.includes(name))
}
