import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { type LoopbackServer, listenOnLoopback } from '../world/loopback.ts'
import type { Network } from '../world/network.ts'

/** Hosts the browser-only app (`browser_app.ts`): every path is its one page. */
export async function hostBrowserApp(
  network: Pick<Network, 'url' | 'plc'>,
  scope: string,
): Promise<LoopbackServer> {
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('browser_app.ts', import.meta.url))],
    bundle: true,
    format: 'iife',
    write: false,
    define: {
      servers: JSON.stringify({ handleResolver: network.url, plcUrl: network.plc.url, scope }),
    },
  })
  const page = `<!doctype html><title>App</title><script>${bundle.outputFiles[0]?.text}</script>`
  return listenOnLoopback((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
  })
}
