import { IdResolver } from '@atproto/identity'
import { type Flow, nonceId } from '../../actors/auth/flow.ts'
import type { Counters } from '../../actors/auth/shared_counters.ts'
import type { Actors, AuthPeer } from '../../actors/reach.ts'
import type { Runner } from '../../actors/runner.ts'
import { Refusal } from '../../base/errors.ts'
import { DID_DOCUMENT_REFETCH, PASSKEY_CHALLENGE, UPSTREAM_TIMEOUT } from '../../base/lifetimes.ts'
import { KeyedMutex } from '../../base/work/keyed_mutex.ts'
import { Spaced } from '../../base/work/spaced.ts'
import type { Browser } from '../../database/flow/device.ts'
import { PASSKEY } from '../../database/flow/replay.ts'
import { nameOfSelfRegistered } from '../../http/names/app_name.ts'
import { resolveShortDocuments } from '../../identity/did_document_bounds.ts'
import { Plc } from '../../identity/plc.ts'
import { ServiceHandles } from '../../identity/service_handles.ts'
import { PdsClient } from '../../pds/client.ts'
import type { CarriedSecret } from '../../tokens/carried_jwts.ts'
import { DidDocuments } from './did_documents.ts'
import { ForeignLookups } from './foreign_lookups.ts'
import { withForgottenDevices } from './forgotten_devices.ts'
import { KnownPdses } from './known_pdses.ts'
import { OutgoingMail } from './outgoing_mail.ts'

/** What the work on accounts needs: the other actors and the world outside. */
export type Services = Omit<Runner, 'mailer' | 'background'> & {
  actors: Actors
  /** How often somebody did something, over all auth actors. */
  counters: Counters
  /** The only way to send a mail. */
  mail: OutgoingMail
  plc: Plc
  identity: Pick<IdResolver, 'handle'>
  /** The only way to look something up elsewhere because a request names it. */
  lookups: ForeignLookups
  documents: DidDocuments
  /** The repo key that a DID last had at a PDS, asked for as a document is that is fetched anew. */
  keyAt(did: string, pdsUrl: string): Promise<string | null>
  /** Reads the DID document anew, for every auth actor. @throws {Error} when one of them did not */
  refreshDocument(did: string): Promise<void>
  /** What must not overlap for one account, by its DID. */
  mutex: KeyedMutex
  /** Which PDSes there are. */
  pdses: KnownPdses
  /** Has every auth actor read that anew. @throws {Error} when one of them did not */
  refreshPdses(): Promise<void>
  /** Spends the challenge of a passkey. @returns whether it was not spent before */
  spendChallenge(challenge: string): Promise<boolean>
  /** Ends the sessions that a browser has shown before: somebody proves in it who they are. */
  endReplaced(deviceId: string): Promise<void>
  /** A browser, by its device; null where it is forgotten. */
  browserOf(deviceId: string): Promise<Browser | null>
  /**
   * Whether an account may be remembered on a device, which the account itself knows. Its actor comes into being when
   * it is asked, database and all; a DID that somebody made up must not get that far.
   */
  mayBeOn(deviceId: string, did: string): Promise<boolean>
  /** What people are told is the name of a client that registered itself; null of any other. */
  appOf(clientId: string): Promise<string | null>
  /** What a PDS signed its tokens with before it was adopted. */
  carriedSecret: CarriedSecret
  /** The PDS of an account. @throws {Refusal} when no such PDS is behind this entryway */
  pds(did: string): Promise<PdsClient>
  handles: ServiceHandles
}

/** @param around `peers` are the other auth actors, where there are any */
export function createServices(
  { mailer, background, ...runner }: Runner,
  around: { actors: Actors; flow: Flow; peers: readonly AuthPeer[]; counters: Counters },
): Services {
  const { settings, secrets, log } = runner
  const { flow, peers, counters } = around
  const actors = withForgottenDevices(around.actors, flow, log)
  const keys = new Spaced<string | null>(DID_DOCUMENT_REFETCH)
  const plc = new Plc(settings.plcUrl, secrets.plcRotationKey, settings.recoveryDidKey)
  const lookups = new ForeignLookups(settings.rateLimits ? counters : null)
  const identity = new IdResolver({
    plcUrl: settings.plcUrl,
    timeout: UPSTREAM_TIMEOUT,
    ...(settings.dev ? { fetch: globalThis.fetch } : {}),
  })
  resolveShortDocuments(identity.did)
  const documents = new DidDocuments(identity.did, lookups, log)
  const pdses = new KnownPdses(actors.directory, settings.publicUrl)
  const { hostname } = new URL(settings.publicUrl)
  const isServer = (name: string) => name === hostname || pdses.isHostname(name)
  return {
    ...runner,
    actors,
    counters,
    mail: new OutgoingMail({ mailer, background, log }, settings.rateLimits ? counters : null),
    plc,
    identity,
    lookups,
    documents,
    keyAt(did, pdsUrl) {
      const id = `${did} ${pdsUrl}`
      return lookups.run(() => keys.run(id, () => plc.signingKeyAt(did, pdsUrl)))
    },
    async refreshDocument(did) {
      const others = peers.map((peer) => peer.forgetDocument(did))
      await Promise.all([documents.read(did), ...others])
    },
    mutex: new KeyedMutex(),
    pdses,
    async refreshPdses() {
      await Promise.all([pdses.refresh(), ...peers.map((peer) => peer.refreshPdses())])
    },
    spendChallenge: async (challenge) =>
      flow(nonceId(PASSKEY, challenge)).spendChallenge(challenge, PASSKEY_CHALLENGE),
    async mayBeOn(deviceId, did) {
      return (await flow(deviceId).listAccountsOnDevice(deviceId)).includes(did)
    },
    endReplaced: async (deviceId) => flow(deviceId).endReplaced(deviceId),
    async browserOf(deviceId) {
      const device = await flow(deviceId).readDevice(deviceId)
      if (!device) return null
      const { userAgent, ipAddress, lastSeenAt } = device
      return { userAgent, ipAddress, lastSeenAt }
    },
    async appOf(clientId) {
      const client = await flow(clientId).readOpenidClient(clientId)
      return client?.isSelfRegistered ? nameOfSelfRegistered(JSON.parse(client.metadata)) : null
    },
    carriedSecret: (pdsDid) => flow(pdsDid).readCarriedSecret(pdsDid),
    async pds(did) {
      const pds = await actors.directory.readPds(did)
      if (!pds) throw new Refusal('InvalidRequest', `No such PDS behind this service: ${did}`)
      return new PdsClient(pds)
    },
    handles: new ServiceHandles(settings.handleDomains, isServer),
  }
}
