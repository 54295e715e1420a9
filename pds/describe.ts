import { z } from 'zod'
import { UnavailableError } from '../base/errors.ts'
import { fetchAnswer } from '../base/upstream.ts'

const description = z.object({ did: z.string(), availableUserDomains: z.array(z.string()) })
const resource = z.object({ resource: z.string(), authorization_servers: z.array(z.string()) })

/** What a PDS says of itself to anybody (`com.atproto.server.describeServer`). */
export type PdsDescription = z.output<typeof description> & {
  /** Milliseconds since the epoch, by the clock of the PDS; null when it does not say. */
  date: number | null
}

/**
 * @param at its public URL, or the address where it is reached
 * @throws {UnavailableError} when nothing answers there, or something that is not a PDS
 */
export async function describePds(at: string): Promise<PdsDescription> {
  const { body, date } = await read(at, '/xrpc/com.atproto.server.describeServer', description)
  return { ...body, date }
}

/**
 * The public URL that a PDS says it has (`resource`) and its authorization servers (RFC 9728).
 *
 * @throws {UnavailableError}
 */
export async function readProtectedResource(at: string): Promise<z.output<typeof resource>> {
  const { body } = await read(at, '/.well-known/oauth-protected-resource', resource)
  return body
}

async function read<T>(at: string, path: string, shape: z.ZodType<T>) {
  try {
    const response = await fetchAnswer(new URL(path, at))
    const date = Date.parse(response.headers.get('date') ?? '')
    const body = shape.parse(await response.json())
    return { body, date: Number.isNaN(date) ? null : date }
  } catch (err) {
    throw new UnavailableError(`A PDS at ${at}`, { cause: err })
  }
}
