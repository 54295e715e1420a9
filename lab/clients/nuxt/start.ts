import { makeSecretHex } from '../../world/keys.ts'
import { freePort, type Peer } from '../../world/loopback.ts'
import type { Network } from '../../world/network.ts'
import { APP_HOSTNAME } from '../../world/servers/https.ts'
import { startOutgoingProxy } from '../../world/servers/outgoing_proxy.ts'
import { startTlsFront } from '../../world/servers/tls_front.ts'
import { startTogether } from '../../world/together.ts'
import { childEnvironment } from '../../world/vestibule/child.ts'
import { makeProgram } from '../../world/vestibule/program.ts'

/** The library asks PLC at this address, and offers no setting for another. */
const PLC = 'plc.directory'

/** Starts the app of `./server.ts`. @param network with TLS: the library takes no server without */
export async function startNuxtApp(network: Network): Promise<Peer> {
  return startTogether('The Nuxt app', async (keep) => {
    const [port, plcPort] = [await freePort(), await freePort()]
    const url = `https://${APP_HOSTNAME}:${port}`
    keep(await startTlsFront(network.ca, PLC, plcPort, network.plc.port))
    const proxy = keep(await startOutgoingProxy({ [`${PLC}:443`]: plcPort }))
    const { cert, key } = await network.ca.issue(APP_HOSTNAME)
    const env = childEnvironment(network, {
      APP_URL: url,
      PORT: String(port),
      NITRO_SSL_CERT: cert,
      NITRO_SSL_KEY: key,
      NUXT_SESSION_PASSWORD: makeSecretHex(),
      ...proxy.env,
    })
    const program = makeProgram('lab/clients/nuxt/server.ts', env, 'Listening')
    keep({ close: program.stop })
    await program.start()
    return { url }
  })
}
