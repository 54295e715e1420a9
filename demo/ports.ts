import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/**
 * The port to listen on: the one in the environment variable, else the preferred one, else, where
 * that is taken, any free one. `0` asks for any free port.
 *
 * @throws {Error} when what the variable says is no port, or taken
 */
export async function choosePort(variable: string, preferred: number): Promise<number> {
  const given = process.env[variable] || String(preferred)
  const asked = /^\d+$/.test(given) ? Number(given) : Number.NaN
  if (!(asked <= 65_535)) {
    throw new Error(
      `${variable} must be a port, such as ${preferred} (0 takes any that is free); it is ${JSON.stringify(given)}`,
    )
  }
  const free = await tryPort(asked)
  if (free === undefined && process.env[variable]) {
    throw new Error(`${variable}: another program listens on port ${asked}; name a free one`)
  }
  return free ?? (await tryPort(0)) ?? asked
}

async function tryPort(port: number): Promise<number | undefined> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  } catch {
    return undefined
  } finally {
    server.close()
  }
}
