import { Database, PlcServer } from '@did-plc/server'
import { listenOnLoopback, type Peer } from './loopback.ts'

/** Starts the PLC directory with its operations kept in memory. */
export async function startPlc(): Promise<Peer> {
  const plc = PlcServer.create({ db: Database.mock() })
  const { url, close } = await listenOnLoopback(plc.app)
  return { url, close }
}
