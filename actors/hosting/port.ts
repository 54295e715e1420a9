import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createFileSystemDriver } from 'rivetkit'
import type { Settings } from '../../base/settings/settings.ts'
import { openClient } from './client.ts'
import type { ConnectionGetter } from './connection.ts'
import { startActors } from './setup.ts'

/**
 * Where everything on the actor port lies. rivetkit's own routes there ask for no secret: they list
 * actors with their keys, create them and read what they store; so not even they are to be found.
 */
export function portPath(secret: string): string {
  return `/${createHash('sha256').update(`actor port\n${secret}`).digest('base64url')}`
}

/** Has actors listen on the loopback port. */
export function startOnPort(
  { dataDir, actorPort }: Pick<Settings, 'dataDir' | 'actorPort'>,
  secret: string,
  use: Parameters<typeof startActors>[0],
): void {
  const path = join(dataDir, 'actors')
  // The actors keep everything in databases of their own. What rivetkit keeps of each is two files,
  // and one that a crash left with only the first would never wake again.
  rmSync(path, { recursive: true, force: true })
  startActors(use, {
    driver: createFileSystemDriver({ path }),
    serveManager: true,
    managerHost: '127.0.0.1',
    managerPort: actorPort,
    managerBasePath: portPath(secret),
  })
}

/** A rivetkit client of the actors on the loopback port. */
export function portClient(
  { actorPort }: Pick<Settings, 'actorPort'>,
  secret: string,
): { auth: ConnectionGetter } {
  const endpoint = `http://127.0.0.1:${actorPort}${portPath(secret)}`
  // The port would name itself without the path.
  return openClient({ endpoint, disableMetadataLookup: true }) as { auth: ConnectionGetter }
}
