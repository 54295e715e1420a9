import { afterAll, beforeAll } from 'vitest'
import { startWebApp, type WebApp } from '../../lab/clients/web_app.ts'
import { type SharedBrowser, sharedBrowser } from './browser.ts'
import { type SharedNetwork, sharedNetwork } from './network.ts'

export type WebAppWorld = WebApp & { network: SharedNetwork; browser: SharedBrowser }

/**
 * The shared network and browser, and a confidential web app of the suite's own.
 *
 * @returns what is filled in before the suite's own hooks run
 */
export function sharedWebAppWorld(): WebAppWorld {
  const world = { network: sharedNetwork(), browser: sharedBrowser() } as WebAppWorld
  beforeAll(async () => void Object.assign(world, await startWebApp(world.network)))
  afterAll(() => world.host?.close())
  return world
}
