import { join } from 'node:path'
import { resolveHere, startDns } from '../lab/world/dns.ts'
import { startPds } from '../lab/world/pds.ts'
import { startPlc } from '../lab/world/plc.ts'
import { makeVestibuleIdentity, startVestibule } from '../lab/world/vestibule.ts'
import { startApp } from './app/server.ts'

export type DemoPorts = { app: number; entryway: number }

export type Demo = {
  appUrl: string
  entrywayUrl: string
  /** The folder that Vestibule writes its mails to. */
  mailFolder: string
  /** Ends every server and removes what they wrote. */
  close: () => Promise<void>
}

/**
 * Starts a PLC directory, a stock PDS, Vestibule in front of it, and the client app. Handles are
 * looked up in a DNS server of its own, so that nothing leaves the machine.
 */
export async function startDemo(ports: DemoPorts): Promise<Demo> {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    const errors: unknown[] = []
    for (const closeOne of closers.splice(0).reverse()) {
      await closeOne().catch((error: unknown) => errors.push(error))
    }
    if (errors.length > 0) throw new AggregateError(errors, 'The demo did not end cleanly')
  }
  try {
    const dns = await startDns()
    closers.push(dns.close)
    const resolving = await resolveHere(dns)
    closers.push(resolving.close)

    const plc = await startPlc()
    closers.push(plc.close)

    const identity = {
      ...(await makeVestibuleIdentity()),
      port: ports.entryway,
      url: `http://localhost:${ports.entryway}`,
      did: `did:web:localhost%3A${ports.entryway}`,
    }
    const entryway = {
      url: identity.url,
      did: identity.did,
      jwtPublicHex: identity.jwtKeys.publicHex,
      plcRotationDid: identity.plcRotationKeys.did,
    }
    const pds = await startPds({ plcUrl: plc.url, entryway })
    closers.push(pds.close)

    const vestibule = await startVestibule({ identity, plcUrl: plc.url, pds, dns })
    closers.push(vestibule.close)

    const app = await startApp({
      port: ports.app,
      entrywayUrl: vestibule.url,
      plcUrl: plc.url,
    })
    closers.push(app.close)

    return {
      appUrl: app.url,
      entrywayUrl: vestibule.url,
      mailFolder: join(vestibule.dataDir, 'mail'),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
