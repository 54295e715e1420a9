import { startDemo } from './network.ts'
import { choosePort } from './ports.ts'

const starting = start()

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)

const demo = await starting.catch((error: Error) => {
  console.error(`The demo could not start: ${error.message}`)
  process.exit(1)
})
console.log(`Try the client app at ${demo.appUrl}: create an account, post, sign out.`)
console.log(`See and revoke what you granted at ${demo.entrywayUrl}/account.`)
console.log(`Mails arrive as files in ${demo.mailFolder}. Ctrl-C ends everything.`)

async function start() {
  return startDemo({
    app: await choosePort('DEMO_APP_PORT', 2700),
    entryway: await choosePort('DEMO_ENTRYWAY_PORT', 2600),
  })
}

/** Also waits for a demo that is still starting, so that nothing of it stays. */
async function stop(): Promise<void> {
  const closed = starting.then((demo) => demo.close())
  process.exit(await closed.then(() => 0).catch(() => 1))
}
