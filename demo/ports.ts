import { once } from 'node:events'
import { createServer } from 'node:net'
import { freePort } from '../lab/world/loopback.ts'

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
  if (asked !== 0 && (await isFree(asked))) return asked
  if (asked !== 0 && process.env[variable]) {
    throw new Error(`${variable}: another program listens on port ${asked}; name a free one`)
  }
  // Not one that the kernel gives: it may give the same to a connection before the demo listens.
  return freePort()
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
