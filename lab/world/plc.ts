import { Database, PlcServer } from '@did-plc/server'
import { type LoopbackServer, listenOnLoopback } from './loopback.ts'

/** Starts the PLC directory with its operations kept in memory. */
export async function startPlc(): Promise<LoopbackServer> {
  const plc = PlcServer.create({ db: Database.mock() })
  return listenOnLoopback(plc.app)
}
