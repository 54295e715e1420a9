import type { Flow } from '../../actors/auth/flow.ts'
import type { Actors } from '../../actors/reach.ts'
import { MAX_ACCOUNTS_ON_DEVICE } from '../../database/flow/bounds.ts'

/**
 * Has a device forget those who signed in there longest ago, once it has more accounts than it may have; to be called
 * when somebody has signed in there. Each account goes before the link to it: a link without an account behind it is
 * harmless, and is the first to go next time.
 *
 * @param did who has signed in, and stays
 */
export async function makeRoomOnDevice(
  flow: Flow,
  actors: Pick<Actors, 'account'>,
  deviceId: string,
  did: string,
): Promise<void> {
  const owner = flow(deviceId)
  const dids = await owner.listAccountsOnDevice(deviceId)
  // The device is forgotten by now, and its links with it.
  if (dids.length === 0) return
  // Another sign-in has made room for itself in between, and took the link for one of before.
  if (!dids.includes(did)) await owner.linkAccount(deviceId, did)
  const others = dids.filter((other) => other !== did)
  const over = others.length + 1 - MAX_ACCOUNTS_ON_DEVICE
  if (over <= 0) return
  const asked = await Promise.allSettled(
    others.map(async (other) => {
      const found = await actors.account(other).readDevice(deviceId)
      return { did: other, at: found?.device.updatedAt ?? 0 }
    }),
  )
  // One that cannot be asked, as its database is damaged, keeps nobody from signing in; it may go the next time.
  const signIns = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  signIns.sort((one, another) => one.at - another.at)
  await Promise.all(
    signIns.slice(0, over).map(async (oldest) => {
      const account = actors.account(oldest.did)
      // Nor does one that cannot write, as its disk is full.
      const hasMade = await account.makeRoomOnDevice(deviceId, oldest.at).catch(() => false)
      if (!hasMade) return
      await owner.unlinkAccount(deviceId, oldest.did)
      // Who has signed in there in between found the link that went.
      if (await account.readDevice(deviceId)) await owner.linkAccount(deviceId, oldest.did)
    }),
  )
}
