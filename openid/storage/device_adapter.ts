import { type AdapterPayload, errors } from 'oidc-provider'
import { refuse } from '../../http/answers/refuse.ts'
import { assertShort } from './request_adapters.ts'
import { openidScope } from './scope.ts'
import { expiryOf, readBack, type Storage, type Stored, written } from './stored.ts'

type OfDevices = Pick<Storage, 'flow' | 'names'>

/** What devices asked for that have no browser (RFC 8628). People decide about it on `openid/device/device.ts`. */
export function deviceCodes({ flow, names, actors }: OfDevices & Pick<Storage, 'actors'>): Stored {
  const idOf = (secret: string) => secret.split('.').at(1) ?? ''
  return {
    async upsert(secret, payload, expiresIn) {
      assertShort(payload)
      const id = names.ofUserCode(payload.userCode as string)
      const row = { payload: written(payload), expiresAt: expiryOf(expiresIn) }
      if (await flow(id).insertDeviceCode(id, secret, row)) return
      throw new errors.TemporarilyUnavailable('The code is taken; ask again')
    },
    /** The device asks whether a person has decided. */
    async find(secret): Promise<AdapterPayload | undefined> {
      const id = idOf(secret)
      const polled = await flow(id).pollDeviceCode(id, secret)
      if (!polled) return undefined
      if (polled.isTooFast) throw new errors.SlowDown()
      const payload = readBack(polled.payload, secret)
      openidScope().account = payload.accountId ?? null
      return { ...payload, ...(polled.isSpent && { consumed: true }) }
    },
    async consume(secret) {
      const id = idOf(secret)
      const scope = openidScope()
      scope.spends.push(async () => {
        const { issued } = scope
        // What is asked along with the code is looked at after this: a refusal gives nothing, and spends nothing.
        if (issued === null || (await flow(id).consumeDeviceCode(id, scope.attempt))) return null
        await actors.account(issued.did).endOpenidGrant(issued.grantId)
        return refuse(400, 'invalid_grant', 'It was used')
      })
    },
    /** One that was spent gives nothing more. */
    async revokeByGrantId() {},
  }
}

/** What a device asked for, as the person is asked about it. */
export type AskedByDevice = AdapterPayload & { clientId: string }

/** @param userCode as a person typed it @returns null where it is wrong, or is decided, or is too late */
export async function findByUserCode(
  { flow, names }: OfDevices,
  userCode: string,
): Promise<AskedByDevice | null> {
  const id = names.ofUserCode(normalized(userCode))
  const found = await flow(id).readDeviceCode(id)
  return found && (JSON.parse(found.payload) as AskedByDevice)
}

/** What a person has decided about it: `accountId` where they let it in, else `error`. @returns null where nobody has */
export async function findDecided(
  { flow, names }: OfDevices,
  userCode: string,
): Promise<AskedByDevice | null> {
  const id = names.ofUserCode(userCode)
  const found = await flow(id).readDecidedDeviceCode(id)
  return found && (JSON.parse(found.payload) as AskedByDevice)
}

/** @returns whether it is decided now; not where it was before, or it is too late */
export async function decide(
  { flow, names }: OfDevices,
  asked: AskedByDevice,
  decision: Partial<AdapterPayload>,
): Promise<boolean> {
  const id = names.ofUserCode(asked.userCode as string)
  const payload = written({ ...asked, ...decision })
  return flow(id).decideDeviceCode(id, payload, openidScope().attempt)
}

/** RFC 8628 section 6.1: case and what stands between do not count. */
const normalized = (userCode: string) => userCode.toUpperCase().replace(/[^A-Z0-9]/g, '')
