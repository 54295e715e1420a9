import { createPrivateKey, type KeyObject } from 'node:crypto'
import { Secp256k1Keypair } from '@atproto/crypto'
import { type Network, startNetwork } from '../../../lab/world/network.ts'
import { type Pds, startPds } from '../../../lab/world/servers/pds.ts'
import type { Smtp } from '../../../lab/world/servers/smtp.ts'

/** One way to reach an account's server. */
export type World = {
  /** Where the client calls. */
  url: string
  /** Where accounts are made, and their standing is decided. */
  accountsUrl: string
  /** What the operator signs in with there. */
  accountsAdminPassword: string
  /** What the operator signs in with at {@link World.url}. */
  adminPassword: string
  /** The PDS that holds the accounts. */
  pds: Pds
  /** `aud` of access and of refresh JWTs, and the key and algorithm that sign both. */
  tokens: { access: string; refresh: string; key: KeyObject; alg: string }
  /** The service DID that service JWTs are for. */
  did: string
  smtp: Smtp
  dns: Network['dns']
}

/** The same calls to a stock PDS, to Vestibule, and to a stock PDS behind Vestibule. */
export type Worlds = { alone: World; direct: World; through: World; close: () => Promise<void> }

export type Way = 'alone' | 'direct' | 'through'

export async function startWorlds(): Promise<Worlds> {
  const network = await startNetwork({ pds: { rateLimits: true } })
  const { smtp, dns, identity } = network
  const alone = await startPds({
    plcUrl: network.plc.url,
    smtpUrl: smtp.url,
    didDocWithSession: true,
    rateLimits: true,
  }).catch(async (error) => {
    await network.close()
    throw error
  })
  const behind = {
    accountsUrl: network.url,
    accountsAdminPassword: network.vestibule.adminPassword,
    pds: network.pds,
    did: identity.did,
    tokens: {
      access: network.pds.did,
      refresh: identity.did,
      key: await privateKey(identity.jwtKeys.privateHex),
      alg: 'ES256K',
    },
    smtp,
    dns,
  }
  return {
    alone: {
      url: alone.url,
      accountsUrl: alone.url,
      accountsAdminPassword: alone.adminPassword,
      adminPassword: alone.adminPassword,
      pds: alone,
      did: alone.did,
      tokens: { access: alone.did, refresh: alone.did, key: jwtKeyOf(alone), alg: 'HS256' },
      smtp,
      dns,
    },
    direct: { ...behind, url: network.url, adminPassword: network.vestibule.adminPassword },
    through: { ...behind, url: network.pds.url, adminPassword: network.pds.adminPassword },
    close: async () => {
      await alone.close()
      await network.close()
    },
  }
}

/** The secret of a PDS that signs its own tokens. */
function jwtKeyOf({ pds }: Pds): KeyObject {
  return (pds.ctx.authVerifier as unknown as { _jwtKey: KeyObject })._jwtKey
}

async function privateKey(hex: string): Promise<KeyObject> {
  const keypair = await Secp256k1Keypair.import(hex, { exportable: true })
  const der = Buffer.concat([
    // RFC 5915, with the curve secp256k1 named.
    Buffer.from('302e0201010420', 'hex'),
    Buffer.from(await keypair.export()),
    Buffer.from('a00706052b8104000a', 'hex'),
  ])
  return createPrivateKey({ key: der, format: 'der', type: 'sec1' })
}
