import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startAround } from './around.ts'
import { makeCertificateAuthority } from './certificates.ts'
import { clusterSettings } from './cluster.ts'
import { makeSecretHex } from './keys.ts'
import { freePort, type Peer } from './loopback.ts'
import { startBalancer } from './servers/balancer.ts'
import { startEngine } from './servers/engine.ts'
import { makeTemporaryFolder } from './temporary_folder.ts'
import { startTogether } from './together.ts'
import { answers, until } from './until.ts'
import { childEnvironment } from './vestibule/child.ts'
import { type Run, runProgram } from './vestibule/program.ts'
import { makeVestibuleIdentity } from './vestibule/vestibule.ts'

/**
 * An installation that moves between files and an engine. {@link Peer.url} leads to whichever side is well, and to
 * both in turn if both are.
 */
export type TwoSides = Peer & {
  dataDir: string
  /** Runs the program on files. Nothing waits for it. */
  startOnFiles(preloads?: string[], env?: NodeJS.ProcessEnv): Run
  /** Runs a runner on the engine, likewise; and, once, the gateway there. */
  startRunner(): Run
  startGateway(): Run
  /** Runs `vestibule data copy` from the files to the engine, or what else is given. */
  copy(preloads?: string[], env?: NodeJS.ProcessEnv, args?: string[]): Run
  serves(side: Side): Promise<boolean>
}

export type Side = 'files' | 'engine'

/** Starts an engine, a stock PDS and what it needs, and a load balancer; neither side runs yet. */
export async function startTwoSides(): Promise<TwoSides> {
  return startTogether('The two sides', async (keep) => {
    const identity = await makeVestibuleIdentity()
    const folder = await makeTemporaryFolder('sides')
    keep({ close: folder.remove })
    const [dataDir, scratch] = [join(folder.path, 'data'), join(folder.path, 'scratch')]
    await mkdir(scratch)
    const ca = keep(await makeCertificateAuthority())
    const { dns, plc, smtp, pds } = await startAround(keep, { entryway: identity })
    const engine = keep(await startEngine())
    const ports = { files: await freePort(), engine: await freePort() }
    const servers = Object.values(ports).map((port) => ({
      host: '127.0.0.1',
      port,
      health: '/_health',
    }))
    keep(await startBalancer('127.0.0.1', identity.port, servers))
    const settings = {
      ...clusterSettings({
        ...{ identity, pds, smtp, plc, adminPassword: makeSecretHex() },
        engineUrl: engine.url,
        authActors: 2,
      }),
      ENTRYWAY_DIRECTORIES: '2',
      ENTRYWAY_EMBEDDED_PDS: 'off',
    }
    const envs = {
      files: {
        ...settings,
        RIVET_ENDPOINT: undefined,
        ENTRYWAY_DATABASE: undefined,
        ENTRYWAY_AUTH_ACTORS: undefined,
        ENTRYWAY_DIRECTORIES: undefined,
        ENTRYWAY_DATA_DIR: dataDir,
        ENTRYWAY_PORT: String(ports.files),
      },
      engine: {
        ...settings,
        ENTRYWAY_DATA_DIR: join(folder.path, 'runner'),
        ENTRYWAY_PORT: String(ports.engine),
      },
    }
    const run = (
      file: string,
      env: Record<string, string | undefined>,
      options: Parameters<typeof runProgram>[2] = {},
    ) => {
      const started = runProgram(file, childEnvironment({ ca, dns }, env), options)
      keep({ close: async () => void (started.hasEnded || (await started.end('SIGKILL'))) })
      return started
    }
    return {
      url: identity.url,
      dataDir,
      startOnFiles: (preloads = [], env = {}) =>
        run('start.ts', { ...envs.files, ...env }, { preloads }),
      startRunner: () => run('start_runner.ts', envs.engine),
      startGateway: () => run('start_gateway.ts', envs.engine),
      copy: (preloads = [], env = {}, args = ['data', 'copy', dataDir, 'engine']) =>
        run(
          'cli/main.ts',
          {
            ...settings,
            ENTRYWAY_DATA_DIR: dataDir,
            ENTRYWAY_PORT: String(ports.files),
            TMPDIR: scratch,
            ...env,
          },
          { preloads, args },
        ),
      serves: (side) => answers(`http://127.0.0.1:${ports[side]}/_health`).catch(() => false),
    }
  })
}

/** Waits until one side answers. @throws {Error} with what it wrote, when it ends instead */
export async function untilServing(sides: TwoSides, side: Side, run: Run): Promise<void> {
  await until(() => run.hasEnded || sides.serves(side), `Nothing serves the ${side}`).catch(
    (error: Error) => {
      throw new Error(`${error.message}\n${run.logs}`, { cause: error })
    },
  )
  if (run.hasEnded) throw new Error(`It ended with ${await run.ended()}\n${run.logs}`)
}
