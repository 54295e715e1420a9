import type { LoopbackServer } from './loopback.ts'
import { type Dns, resolveHere, startDns } from './servers/dns.ts'
import { type Pds, type PdsOptions, startPds } from './servers/pds.ts'
import { startPlc } from './servers/plc.ts'
import { type Smtp, startSmtp } from './servers/smtp.ts'
import type { Keep } from './together.ts'

type Around = { dns: Dns; plc: LoopbackServer; smtp: Smtp; pds: Pds }

/** Starts what Vestibule needs around it: DNS, also for this process, a PLC directory, a mail server and a PDS. */
export async function startAround(
  keep: Keep,
  pdsOptions: Omit<PdsOptions, 'plcUrl' | 'smtpUrl'>,
): Promise<Around> {
  const dns = keep(await startDns())
  keep(await resolveHere(dns))
  const plc = keep(await startPlc())
  const smtp = keep(await startSmtp())
  const pds = keep(await startPds({ ...pdsOptions, plcUrl: plc.url, smtpUrl: smtp.url }))
  return { dns, plc, smtp, pds }
}
