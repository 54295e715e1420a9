import type { Profiler } from 'node:inspector'

/** Parts of a server, by where the code of a stack frame is; the first that matches has it. */
const parts: [name: string, pattern: RegExp][] = [
  ['the profiler itself', /node:inspector|\/bench\/servers\/profiler\.ts/],
  // Statements are native, and count for the file that runs them.
  ['SQLite', /better-sqlite3|kysely|\/stores\/sql\/|\/pds\/dist\/db|\/database\/|floor\/storage/],
  [
    'JWTs, DPoP proofs and hashes',
    /node:internal\/crypto|\/jose\/|\/jwk(-jose)?\/|secp256k1|\/tokens\/|usual_proofs/,
  ],
  ['OAuth provider', /@atproto\/(oauth-|did|lex-resolver)|\/zod\//],
  ['XRPC', /@atproto\/|\/(express|cors|body-parser|qs|multiformats)\//],
  ['request without a socket', /fetch_adapter/],
  ['gateway', /\/hono|@hono|\/gateway\/|prom-client|\/metrics\/|raw-body|ipaddr/],
  ['actors and stores', /\/(actors|stores|identity|xrpc|pds|sagas|operator)\/[^/]+|rivetkit/],
  ['logs and compression', /pino|\/(compression|on-headers|on-finished)\//],
  ['HTTP of Node', /node:(_http|http|net|internal\/stream_base|internal\/http)/],
  // Packages are JavaScript.
  ['routes, limits, checks and other code of the program', /\.ts$/],
]
const OTHERS = 'streams, events, promises and timers of Node'
const COLLECTOR = 'garbage collection'

/** Names of all parts, in the order of a report. */
export const partNames: string[] = [...parts.slice(1).map(([name]) => name), OTHERS, COLLECTOR]

/**
 * How long the main thread worked for each part, in ms. Native code counts for who called it; work
 * of other threads (scrypt, verifying, waiting for the disk) is not in a profile.
 */
export function timeByPart({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((c) => [c, id])))
  const times = new Map<string, number>()
  samples.forEach((id, i) => {
    const part = partOf(id)
    if (part) times.set(part, (times.get(part) ?? 0) + (timeDeltas[i] ?? 0) / 1000)
  })
  return times

  function partOf(id: number): string | null {
    const name = byId.get(id)?.callFrame.functionName
    if (name === '(idle)') return null
    if (name === '(garbage collector)') return COLLECTOR
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const url = byId.get(at)?.callFrame.url
      if (url) return parts.find(([, pattern]) => pattern.test(url))?.[0] ?? OTHERS
    }
    return OTHERS
  }
}
