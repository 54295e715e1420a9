import { startPds } from '../../world/servers/pds.ts'

/** What a stock PDS says once it answers; `synchronous` is the SQLite pragma of its accounts. */
export type StockReady = { url: string; synchronous: number }

/** The stock PDS with its built-in OAuth provider, as a process of its own. */
const { pds, url, close } = await startPds({ plcUrl: process.env.BENCH_PLC_URL as string })
const { synchronous } = await pds.ctx.accountManager.db.db
  .withTables<{ pragma_synchronous: { synchronous: number } }>()
  .selectFrom('pragma_synchronous')
  .select('synchronous')
  .executeTakeFirstOrThrow()
process.on('disconnect', () => void close().then(() => process.exit(0)))
process.send?.({ url, synchronous } satisfies StockReady)
