import { join } from 'node:path'
import type { Email } from 'postal-mime'
import { accountFunctions } from '../../../actors/account/index.ts'
import type { App } from '../../../actors/auth/app.ts'
import { ownEndings } from '../../../actors/auth/own_endings.ts'
import { ownerHere } from '../../../actors/auth/owners.ts'
import { partFunctions } from '../../../actors/directory/index.ts'
import { directoryOf } from '../../../actors/directory/parts/index.ts'
import type { DirectoryPart } from '../../../actors/directory/stub.ts'
import { AuthRoundRobin, type OneAuthActor } from '../../../actors/hosting/round_robin.ts'
import { InFlight } from '../../../actors/in_flight.ts'
import type { Actors } from '../../../actors/reach.ts'
import { onDatabase, type Runner } from '../../../actors/runner.ts'
import { createApp } from '../../../app/index.ts'
import { BACKGROUND, TRAIL_END } from '../../../base/lifetimes.ts'
import { loadSecrets } from '../../../base/secrets/secrets.ts'
import { readSettings } from '../../../base/settings/settings.ts'
import { createLog, type Log } from '../../../base/watching/log.ts'
import { Background } from '../../../base/work/background.ts'
import type { Db } from '../../../database/database.ts'
import { inGroup } from '../../../database/group_commit.ts'
import type { AskedInVain } from '../../../http/asked_in_vain.ts'
import type { Answer, AuthActor, RequestEnvelope } from '../../../http/envelope.ts'
import { createMailer } from '../../../mail/mailer.ts'
import { hashPassword } from '../../../passwords/scrypt.ts'
import { keepEvents } from '../../../sagas/notices/kept_events.ts'
import { makeTemporaryFolder } from '../temporary_folder.ts'
import { openAppDatabases } from './app_databases.ts'
import { readMailFolder } from './mail_folder.ts'
import { type Watching, watched, watchedStub } from './watched_actors.ts'

export type AppOptions = Watching & {
  /** Settings over the world's own; `undefined` removes one. */
  env?: Record<string, string | undefined>
  /** Silent without one. */
  log?: Log
  /** Whether who keeps something for all auth actors is away. */
  isAway?: () => boolean
}

/** What {@link AppInProcess.ask} is asked; headers may be repeated. */
export type Asked = {
  method?: string
  /** Path and query, sent as they are. */
  target: string
  headers?: Record<string, string> | [string, string][]
  body?: string | Uint8Array | null
  /** Of the client. */
  address?: string
  /** When the gateway received it, ms; by default it is now. */
  receivedAt?: number
  inVain?: AskedInVain
}

/** The application over databases of its own, in this process: no gateway, no network. */
export type AppInProcess = {
  app: App
  runner: Runner
  actors: Actors
  /** As a gateway reaches it. */
  auth: AuthActor
  /** What is kept between the requests of a sign-in. */
  flow: Db
  /** The counters of the limits; their keys are hashes. */
  counters: Db
  directory: Db
  /** All of its parts; the first is {@link directory}. */
  directories: Db[]
  ask(asked: Asked): Promise<Answer>
  /** Adds an account with a PDS that cannot be reached. @returns its DID */
  addAccount(account: { handle: string; email: string; password: string }): Promise<string>
  /** The mails that were promised so far, oldest first. */
  readMails(): Promise<Email[]>
  close(): Promise<void>
}

/** Of the passwords of accounts: most tests have one for all of theirs, and a hash is 40 ms of CPU, unless it is cheap. */
const hashes = new Map<string, Promise<string>>()

export function hashOnce(password: string): Promise<string> {
  const id = JSON.stringify([password, process.env.WORLD_PASSWORDS])
  const hash = hashes.get(id) ?? hashPassword(password)
  hashes.set(id, hash)
  return hash
}

/** The port of the discard service (RFC 863), where nothing listens. */
const NOWHERE = 'http://127.0.0.1:9'

/**
 * Starts the application as the auth actor does, with the other actors as plain functions. With
 * `WORLD_DIRECTORIES` in the environment it has a directory in that many parts.
 */
export async function startApp({
  env,
  log = createLog('silent'),
  isAway = () => false,
  ...watching
}: AppOptions = {}): Promise<AppInProcess> {
  const folder = await makeTemporaryFolder('app')
  const settings = readSettings({
    ENTRYWAY_DEV: '1',
    ENTRYWAY_PUBLIC_URL: 'http://localhost:2600',
    ENTRYWAY_DATA_DIR: folder.path,
    ENTRYWAY_PLC_URL: NOWHERE,
    ENTRYWAY_HANDLE_DOMAINS: '.test',
    ENTRYWAY_INVITE_REQUIRED: 'false',
    ENTRYWAY_EMAIL_FROM: 'entryway@vestibule.internal',
    ENTRYWAY_DIRECTORIES: process.env.WORLD_DIRECTORIES,
    ...env,
  })
  const { emailFrom: from, dataDir, publicUrl, name: service } = settings
  const mailer = createMailer({ from, dataDir, publicUrl, service, log })
  const runner: Runner = {
    settings,
    folders: [settings.dataDir],
    secrets: await loadSecrets(settings),
    mailer,
    log,
    inFlight: new InFlight(),
    background: new Background(log),
    embeddedPds: {
      isDown: false,
      blobUploadLimit: undefined,
      onRecorded: () => () => {},
      onUp: () => () => {},
    },
    refuse: (err) => {
      throw err
    },
    end: () => {
      throw new Error('Nothing ends this app but its test')
    },
  }
  const databases = openAppDatabases(settings, runner.secrets, log)
  const { flow, counters, directories } = databases
  const accountActions = onDatabase(accountFunctions)
  const accounts = new Map<string, object>()
  const account = (did: string): object => {
    const known = accounts.get(did)
    if (known) return known
    const stub = watchedStub('account', accountActions, () => databases.account(did), watching)
    accounts.set(did, stub)
    return stub
  }
  let app: App
  const auth: OneAuthActor = {
    answer: (envelope) => answer(envelope),
    ready: async () => true,
    authActors: async () => 1,
    areOpen: (sessions) => app.areOpen(sessions),
    tellEndings: (ask) => app.tellEndings(ask),
  }
  const answer = (envelope: RequestEnvelope) => inGroup(flow, app.read(envelope).answer)
  const actors = {
    directory: directoryOf(
      directories.map(
        (db) =>
          watchedStub('directory', onDatabase(partFunctions), () => db, watching) as DirectoryPart,
      ),
    ),
    account,
    auth: () => auth,
    isAuthAway: () => false,
  } as unknown as Actors
  const endTrail = keepEvents(log, actors.directory)
  const here = { ...watched('auth', ownerHere(flow, counters), watching), isAway }
  app = await createApp({
    ...{ runner, actors, owners: () => here, number: 0 },
    endings: ownEndings(flow),
  })

  const pds = {
    did: 'did:web:pds.test',
    url: NOWHERE,
    address: NOWHERE,
    adminPassword: 'nowhere to be used',
  }
  let port = 1
  return {
    app,
    runner,
    actors,
    auth: new AuthRoundRobin(
      () => auth,
      () => false,
    ),
    flow,
    counters,
    directory: directories[0] as Db,
    directories,
    ask: ({
      method = 'GET',
      target,
      headers = {},
      body = null,
      address = '192.0.2.1',
      receivedAt,
      inVain,
    }) =>
      answer({
        method,
        target,
        headers: Array.isArray(headers) ? headers : Object.entries(headers),
        body: typeof body === 'string' ? Buffer.from(body) : body,
        client: { address, port: ++port },
        receivedAt,
        inVain,
      }),
    addAccount: async ({ handle, email, password }) => {
      const did = `did:plc:${handle
        .replaceAll(/[^a-z]/g, '')
        .padEnd(24, 'a')
        .slice(0, 24)}`
      await actors.directory.addPds(pds)
      const passwordScrypt = await hashOnce(password)
      const account = { did, handle, email, pdsDid: pds.did }
      await actors.account(did).create({ ...account, passwordScrypt })
      await actors.directory.addAccount({ ...account, createdAt: Date.now() })
      return did
    },
    readMails: async () => {
      await runner.background.end(BACKGROUND)
      return readMailFolder(join(settings.dataDir, 'mail'))
    },
    close: async () => {
      await runner.background.end(BACKGROUND)
      app.close()
      await endTrail(TRAIL_END)
      mailer.close()
      databases.close()
      await folder.remove()
    },
  }
}
