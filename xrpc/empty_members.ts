import { schemas } from '@atproto/api'

type Members = Record<string, unknown>
type Shape = { required?: string[]; properties?: Members }
type Main = { parameters?: Shape; input?: { schema?: Shape } }

/**
 * Takes empty members out of what a method is called with, where its lexicon does not require them:
 * clients that have nothing to say send `""` as often as they leave the member out
 * (`inviteCode` in the sign-up of the Bluesky app), and the reference takes both alike.
 */
export function emptyIsAbsent(nsid: string): (members: Members) => Members {
  const optional = new Set(optionalMembers(nsid))
  return (members) => {
    const empty = Object.keys(members).filter((name) => members[name] === '' && optional.has(name))
    if (empty.length === 0) return members
    return Object.fromEntries(Object.entries(members).filter(([name]) => !empty.includes(name)))
  }
}

function optionalMembers(nsid: string): string[] {
  const lexicon = schemas.find(({ id }) => id === nsid) as { defs: { main: Main } } | undefined
  const { parameters, input } = lexicon?.defs.main ?? {}
  return [parameters, input?.schema].flatMap((shape) =>
    Object.keys(shape?.properties ?? {}).filter((name) => !shape?.required?.includes(name)),
  )
}
