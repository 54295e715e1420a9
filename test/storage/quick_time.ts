/**
 * Loaded with `--import` into the program under test, and only there: what is done from time to time
 * is done all the time, and a message lets `ahead` ms pass at once.
 */
import { registerHooks } from 'node:module'

const QUICK = /export const (SWEEP_INTERVAL|RECOVERY_INTERVAL|ACCOUNT_SLEEP) = .+/g

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith('/base/lifetimes.ts')) return loaded
    const source = Buffer.from(loaded.source as Uint8Array).toString()
    return { ...loaded, source: source.replaceAll(QUICK, 'export const $1 = 50') }
  },
})

const { now } = Date
let ahead = 0
Date.now = () => now() + ahead

process.on('message', (message: { ahead: number }) => {
  ahead = message.ahead
  process.send?.('ready')
})
process.channel?.unref()
