import type { Settings } from '../../base/settings/settings.ts'
import type { Installation } from '../installation.ts'

/**
 * What a PDS must be told of this entryway. The admin password of the PDS needs no line: the
 * entryway takes it from the PDS as it is, unless `PDS_ENTRYWAY_ADMIN_TOKEN` says otherwise.
 */
export function pdsSettings({ settings, secrets }: Installation): Record<string, string> {
  return {
    ...ownName(settings),
    PDS_ENTRYWAY_URL: settings.publicUrl,
    PDS_ENTRYWAY_DID: settings.did,
    PDS_ENTRYWAY_JWT_VERIFY_KEY_K256_PUBLIC_KEY_HEX: secrets.jwtPublicKeyHex,
    PDS_ENTRYWAY_PLC_ROTATION_KEY: secrets.plcRotationKey.did(),
    PDS_SERVICE_HANDLE_DOMAINS: settings.handleDomains.join(','),
  }
}

/** A PDS with the entryway's name cannot be asked for its own, and listens elsewhere. */
function ownName({ pds, publicUrl }: Settings): Record<string, string> {
  if (pds?.url !== publicUrl) return {}
  const { port } = new URL(pds.address)
  return {
    PDS_HOSTNAME: new URL(publicUrl).host,
    ...(port && { PDS_PORT: port }),
    PDS_SERVICE_DID: pds.did,
  }
}

export function toLines(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')
}
