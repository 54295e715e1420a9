import { parseArgs } from 'node:util'
import { choosePort } from './ports.ts'

/** `--https`: with certificates, for client libraries that talk to no server without. */
const { https } = readOptions()
const starting = start()

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)

const demo = await starting.catch((error: Error) => {
  console.error(`The demo could not start: ${error.message}`)
  process.exit(1)
})
console.log(`Try the client app at ${demo.appUrl}: create an account, post, sign out.`)
console.log(
  `See and revoke what you granted (listed as "A local app") at ${demo.entrywayUrl}/account.`,
)
if (demo.certificate) {
  const { file, pdsUrl } = demo.certificate
  console.log(`The PDS is ${pdsUrl}. Trust ${file}: NODE_EXTRA_CA_CERTS=${file}`)
}
console.log(`Mails arrive as files in ${demo.mailFolder}. Ctrl-C ends everything.`)

async function start() {
  const { startDemo } = await import('./network.ts').catch(explainMissing)
  const ports = {
    app: await choosePort('DEMO_APP_PORT', 2700),
    entryway: await choosePort('DEMO_ENTRYWAY_PORT', 2600),
    ...(https && { pds: await choosePort('DEMO_PDS_PORT', 2500) }),
  }
  return startDemo({ ports, https })
}

function readOptions() {
  try {
    return parseArgs({ options: { https: { type: 'boolean', default: false } } }).values
  } catch (err) {
    console.error(
      `${(err as Error).message.split('. ')[0]}. The demo takes --https and nothing else.`,
    )
    process.exit(2)
  }
}

/** The demo is made of the servers of the tests, which `pnpm install --prod` leaves out. */
function explainMissing(err: NodeJS.ErrnoException): never {
  if (err.code !== 'ERR_MODULE_NOT_FOUND') throw err
  throw new Error('it needs the packages for development: npx -y pnpm@10 install (without --prod)')
}

/** Also waits for a demo that is still starting, so that nothing of it stays. */
async function stop(): Promise<void> {
  const closed = starting.then((demo) => demo.close())
  process.exit(await closed.then(() => 0).catch(() => 1))
}
