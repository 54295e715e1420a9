import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { makeCertificateAuthority, trustHere } from '../lab/world/certificates.ts'
import { freePort } from '../lab/world/loopback.ts'
import { resolveHere, startDns } from '../lab/world/servers/dns.ts'
import { makePdsHome, startPds } from '../lab/world/servers/pds.ts'
import { startPlc } from '../lab/world/servers/plc.ts'
import { startTlsFront } from '../lab/world/servers/tls_front.ts'
import { type Keep, startTogether } from '../lab/world/together.ts'
import { makeVestibuleIdentity, startVestibule } from '../lab/world/vestibule/vestibule.ts'
import { startApp } from './app/server.ts'

export type DemoPorts = {
  app: number
  entryway: number
  /** The PDS's, where it is reached over TLS. */
  pds?: number
}

export type DemoOptions = {
  ports: DemoPorts
  /** Vestibule and the PDS are reached over TLS. */
  https: boolean
}

export type Demo = {
  appUrl: string
  entrywayUrl: string
  /** The folder that Vestibule writes its mails to. */
  mailFolder: string
  /** The certificate of the demo's own authority, where there is TLS. */
  certificate: { file: string; pdsUrl: string } | null
  /** Ends every server and removes what they wrote. */
  close: () => Promise<void>
}

/**
 * Starts a PLC directory, a stock PDS, Vestibule in front of it, and the client app. Handles are
 * looked up in a DNS server of its own, so that nothing leaves the machine.
 */
export async function startDemo({ ports, https }: DemoOptions): Promise<Demo> {
  return startTogether('The demo', async (keep) => {
    const dns = keep(await startDns())
    keep(await resolveHere(dns))
    const plc = keep(await startPlc())
    const tls = https ? await makeTls(keep) : null
    const plain = await makeVestibuleIdentity()
    const identity = tls
      ? { ...plain, ...(await tls.front('entryway.localhost', ports.entryway, plain.port)) }
      : {
          ...plain,
          port: ports.entryway,
          url: `http://localhost:${ports.entryway}`,
          did: `did:web:localhost%3A${ports.entryway}`,
        }
    const home = await makePdsHome()
    keep({ close: home.folder.remove })
    const front = await tls?.front('pds.localhost', ports.pds ?? (await freePort()), home.port)
    const tlsHost = front && new URL(front.url).host
    const pds = keep(
      await startPds({ plcUrl: plc.url, entryway: identity, home, ...(tlsHost && { tlsHost }) }),
    )

    const vestibule = keep(
      await startVestibule({
        identity,
        plcUrl: plc.url,
        pds,
        dns,
        ...(tls && { ca: tls.ca }),
      }),
    )
    // There before the first mail, for a person who looks.
    const mailFolder = join(vestibule.dataDir, 'mail')
    await mkdir(mailFolder, { recursive: true, mode: 0o700 })

    const app = keep(
      await startApp({
        port: ports.app,
        entrywayUrl: vestibule.url,
        plcUrl: plc.url,
      }),
    )

    return {
      appUrl: app.url,
      entrywayUrl: vestibule.url,
      mailFolder,
      certificate: tls && { file: tls.ca.certFile, pdsUrl: pds.url },
    }
  })
}

/** An authority of the demo's own, which this process trusts, and fronts with its certificates. */
async function makeTls(keep: Keep) {
  const ca = keep(await makeCertificateAuthority())
  await trustHere(ca)
  return {
    ca,
    front: async (hostname: string, port: number, target: number) => {
      keep(await startTlsFront(ca, hostname, port, target))
      const host = `${hostname}:${port}`
      return { url: `https://${host}`, did: `did:web:${encodeURIComponent(host)}` }
    },
  }
}
