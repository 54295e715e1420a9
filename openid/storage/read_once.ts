import { aroundCalls } from '../../actors/around_calls.ts'
import { openidScope } from './scope.ts'

/** What the provider asks for several times: a client, a protected resource. Another auth actor may keep it. */
const ONCE: ReadonlySet<string> = new Set(['readOpenidClient', 'readOpenidResource'])

/**
 * The same functions of who keeps what has this id; some are called once for a request, which sees one state of what they
 * read.
 */
export function readingOnce<S extends object>(id: string, stub: S): S {
  return aroundCalls(stub, (ask, name) => (ONCE.has(name) ? once(`${name} ${id}`, ask) : ask()))
}

/** What fails is asked for again. */
async function once(name: string, ask: () => unknown): Promise<unknown> {
  const { reads } = openidScope()
  if (!reads.has(name)) reads.set(name, await ask())
  return reads.get(name)
}
