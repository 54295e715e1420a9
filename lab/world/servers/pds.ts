import { once } from 'node:events'
import type { Server } from 'node:http'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { envToCfg, envToSecrets, PDS } from '@atproto/pds'
import { type Keys, makeKeys, makeSecretHex } from '../keys.ts'
import { closeServer, freePort, type Peer } from '../loopback.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../temporary_folder.ts'

/** What a PDS must know of the entryway in front of it. */
type EntrywayIdentity = {
  url: string
  did: string
  /** Whose public half verifies the entryway's tokens. */
  jwtKeys: Pick<Keys, 'publicHex'>
  /** With which the entryway signs PLC operations. */
  plcRotationKeys: Pick<Keys, 'did'>
}

/** The same in the PDS's own settings, which `vestibule --json pds-settings` prints. */
export const entrywayOf = (settings: Record<string, string>): EntrywayIdentity => ({
  url: String(settings.PDS_ENTRYWAY_URL),
  did: String(settings.PDS_ENTRYWAY_DID),
  jwtKeys: { publicHex: String(settings.PDS_ENTRYWAY_JWT_VERIFY_KEY_K256_PUBLIC_KEY_HEX) },
  plcRotationKeys: { did: String(settings.PDS_ENTRYWAY_PLC_ROTATION_KEY) },
})

/** What a PDS still has when it is started again. */
export type PdsHome = {
  folder: TemporaryFolder
  port: number
  adminPassword: string
  jwtSecret: string
  rotationKeys: Keys
}

export type PdsOptions = {
  plcUrl: string
  /** Outlives the PDS; without, it has one of its own, which goes with it. */
  home?: PdsHome
  /** Without one, the PDS is its own authorization server. */
  entryway?: EntrywayIdentity
  /** Where the PDS sends its own mail; without, it sends none. */
  smtpUrl?: string
  /** Defaults to `false`: anybody may sign up. */
  inviteRequired?: boolean
  /** Whether sessions carry the DID document, as those of an entryway do. */
  didDocWithSession?: boolean
  /** Defaults to `['.test']`. */
  handleDomains?: string[]
  /** The public URL that it has instead of its own, and its DID with it: where a gateway leads to it. */
  publicUrl?: string
  /** Host and port of a TLS front, where it is reached; without, it speaks HTTP to everybody. */
  tlsHost?: string
  /** As on the web; without, it limits nothing. */
  rateLimits?: boolean
  /** Bytes of the largest blob it takes; 5 MiB without. */
  blobUploadLimit?: number
}

export type Pds = Peer & {
  did: string
  /** Where the entryway reaches it. */
  address: string
  adminPassword: string
  pds: PDS
  server: Server
}

export async function makePdsHome(): Promise<PdsHome> {
  return {
    folder: await makeTemporaryFolder('pds'),
    port: await freePort(),
    adminPassword: makeSecretHex(),
    jwtSecret: makeSecretHex(),
    rotationKeys: await makeKeys(),
  }
}

/** Starts a stock PDS, in development mode, on a free loopback port. */
export async function startPds(options: PdsOptions): Promise<Pds> {
  const home = options.home ?? (await makePdsHome())
  const { folder, port, adminPassword, jwtSecret, rotationKeys } = home
  const { tlsHost } = options
  const address = tlsHost ? `https://${tlsHost}` : `http://localhost:${port}`
  const url = options.publicUrl ?? address
  const did = `did:web:${encodeURIComponent(new URL(url).host)}`
  const env = {
    port,
    hostname: tlsHost ?? 'localhost',
    serviceDid: did,
    serviceHandleDomains: options.handleDomains ?? ['.test'],
    devMode: true,
    inviteRequired: options.inviteRequired ?? false,
    dataDirectory: folder.path,
    blobstoreDiskLocation: join(folder.path, 'blobs'),
    blobstoreDiskTmpLocation: join(folder.path, 'blobs-incoming'),
    blobUploadLimit: options.blobUploadLimit,
    didPlcUrl: options.plcUrl,
    rateLimitsEnabled: options.rateLimits,
    enableDidDocWithSession: options.didDocWithSession,
    emailSmtpUrl: options.smtpUrl,
    emailFromAddress: options.smtpUrl && 'pds@vestibule.internal',
    entrywayUrl: options.entryway?.url,
    entrywayDid: options.entryway?.did,
    entrywayJwtVerifyKeyK256PublicKeyHex: options.entryway?.jwtKeys.publicHex,
    entrywayPlcRotationKey: options.entryway?.plcRotationKeys.did,
    jwtSecret,
    dpopSecret: makeSecretHex(),
    adminPassword,
    plcRotationKeyK256PrivateKeyHex: rotationKeys.privateHex,
  } as Parameters<typeof envToCfg>[0]
  const cfg = envToCfg(env)
  // The variables leave no choice where the host is `localhost`.
  cfg.service.publicUrl = url
  const pds = await PDS.create(cfg, envToSecrets(env))
  // Its own `listen` also takes WebSockets.
  const server = pds.app.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const webSockets = new Set<Duplex>()
  server.on('upgrade', (_request, socket) => webSockets.add(socket))
  await pds.ctx.sequencer.start()

  const close = async () => {
    for (const socket of webSockets) socket.destroy()
    await closeServer(server)
    await pds.destroy()
    if (!options.home) await folder.remove()
  }
  return { url, address, did, adminPassword, pds, server, close }
}

/** The settings of a PDS that was started with these options, by their variables. */
export function envOf({
  home: { folder, port, adminPassword, rotationKeys, jwtSecret },
  plcUrl,
  inviteRequired = false,
}: PdsOptions & { home: PdsHome }): Record<string, string> {
  return {
    PDS_HOSTNAME: 'localhost',
    PDS_PORT: String(port),
    PDS_SERVICE_DID: `did:web:localhost%3A${port}`,
    PDS_SERVICE_HANDLE_DOMAINS: '.test',
    PDS_DEV_MODE: 'true',
    PDS_INVITE_REQUIRED: String(inviteRequired),
    PDS_DATA_DIRECTORY: folder.path,
    PDS_BLOBSTORE_DISK_LOCATION: join(folder.path, 'blobs'),
    PDS_BLOBSTORE_DISK_TMP_LOCATION: join(folder.path, 'blobs-incoming'),
    PDS_DID_PLC_URL: plcUrl,
    PDS_JWT_SECRET: jwtSecret,
    PDS_ADMIN_PASSWORD: adminPassword,
    PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: rotationKeys.privateHex,
  }
}
