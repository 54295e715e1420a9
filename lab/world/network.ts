import { startAround } from './around.ts'
import { type CertificateAuthority, makeCertificateAuthority, trustHere } from './certificates.ts'
import { freePort, type LoopbackServer, type Peer } from './loopback.ts'
import type { Dns } from './servers/dns.ts'
import { makePdsHome, type Pds, type PdsOptions } from './servers/pds.ts'
import type { Smtp } from './servers/smtp.ts'
import { startTlsFront } from './servers/tls_front.ts'
import { startTogether } from './together.ts'
import {
  makeVestibuleIdentity,
  startVestibule,
  type Vestibule,
  type VestibuleIdentity,
  type VestibuleOptions,
} from './vestibule/vestibule.ts'

export type NetworkOptions = {
  /** Vestibule and the PDS are reached over TLS, and this process trusts the world's authority. */
  https?: boolean
  /** An authority that outlives the network; without, it has one of its own. */
  ca?: CertificateAuthority
  /** The PDS has the name and the DID of Vestibule, which leads to it. */
  oneName?: boolean
  /** Settings of Vestibule over the world's own; `undefined` removes one. */
  env?: Record<string, string | undefined>
  /** How the program runs. */
  program?: Pick<VestibuleOptions, 'split' | 'preloads' | 'disk'>
  /** Settings of the PDS. */
  pds?: Pick<PdsOptions, 'inviteRequired' | 'handleDomains' | 'blobUploadLimit' | 'rateLimits'>
}

/** A whole local network: {@link Peer.url} is Vestibule's. */
export type Network = Peer & {
  vestibule: Vestibule
  /** Vestibule's keys, for those who want to forge its tokens. */
  identity: VestibuleIdentity
  pds: Pds
  plc: LoopbackServer
  smtp: Smtp
  ca: CertificateAuthority
  dns: Dns
}

/** Starts PLC, DNS, SMTP, a stock PDS and Vestibule in front of it, all on free loopback ports. */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
  return startTogether('The network', async (keep) => {
    const ca = options.ca ?? keep(await makeCertificateAuthority())
    if (options.https) await trustHere(ca)
    /** Starts a TLS front before a port. @returns where it is reached */
    const front = async (hostname: string, port: number) => {
      const tlsPort = await freePort()
      keep(await startTlsFront(ca, hostname, tlsPort, port))
      return `${hostname}:${tlsPort}`
    }
    const plain = await makeVestibuleIdentity()
    const identity = options.https
      ? { ...plain, ...addressOf(await front('entryway.localhost', plain.port)) }
      : plain
    const pdsHome = options.https && !options.oneName ? await makePdsHome() : undefined
    if (pdsHome) keep({ close: pdsHome.folder.remove })
    const { dns, plc, smtp, pds } = await startAround(keep, {
      ...(pdsHome && { home: pdsHome, tlsHost: await front('pds.localhost', pdsHome.port) }),
      ...(options.oneName && { publicUrl: identity.url }),
      ...options.pds,
      entryway: identity,
    })
    const vestibule = keep(
      await startVestibule({
        identity,
        plcUrl: plc.url,
        pds,
        smtpUrl: smtp.url,
        ca,
        dns,
        env: options.env,
        ...options.program,
      }),
    )
    return { url: vestibule.url, vestibule, identity, pds, plc, smtp, ca, dns }
  })
}

/** Where a server with TLS is, and its DID. */
const addressOf = (tlsHost: string) => ({
  url: `https://${tlsHost}`,
  did: `did:web:${encodeURIComponent(tlsHost)}`,
})
