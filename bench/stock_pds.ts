import { startPds } from '../world/pds.ts'

/** The stock PDS with its built-in OAuth provider, as a process of its own. */
const pds = await startPds({ plcUrl: process.env.BENCH_PLC_URL as string })
process.on('disconnect', () => void pds.close().then(() => process.exit(0)))
process.send?.({ url: pds.url })
