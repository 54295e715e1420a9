/**
 * Makes the names of the test world resolve in this process: `*.test` (handles), `*.localhost`
 * (servers with TLS) and `*.internal` (client apps; the OAuth provider takes no client from `.test`)
 * are 127.0.0.1, and TXT records come from the DNS server in `WORLD_DNS`. Meant for
 * `node --import`, so that programs under test need no notion of it.
 */
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'

const isTestName = (hostname: string) => /\.(test|internal|localhost)$/i.test(hostname)
const HERE = { address: '127.0.0.1', family: 4 }

const systemLookup = dns.lookup
const systemLookupPromise = dns.promises.lookup

type Callback = (error: null, address: unknown, family?: number) => void

const lookup = (hostname: string, ...rest: unknown[]) => {
  if (!isTestName(hostname)) {
    return Reflect.apply(systemLookup, dns, [hostname, ...rest])
  }
  const callback = rest.at(-1) as Callback
  const options = rest.length > 1 ? (rest[0] as dns.LookupOptions) : {}
  process.nextTick(() => {
    if (options.all) callback(null, [HERE])
    else callback(null, '127.0.0.1', 4)
  })
}

const lookupPromise = async (hostname: string, options?: dns.LookupOptions) =>
  isTestName(hostname)
    ? options?.all
      ? [HERE]
      : HERE
    : Reflect.apply(systemLookupPromise, dns.promises, [hostname, options])

Object.assign(dns, { lookup })
Object.assign(dns.promises, { lookup: lookupPromise })
if (process.env.WORLD_DNS) dns.setServers([process.env.WORLD_DNS])
syncBuiltinESMExports()
