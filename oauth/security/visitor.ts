import type { Basis } from '../../actors/account/basis.ts'
import type { HttpRequest } from '../../http/message.ts'
import type { LoadedDevice } from '../sign_in/device.ts'
import { Place } from '../sign_in/place.ts'
import type { Entered } from './forms.ts'
import type { Person } from './people.ts'

/** A person who is signed in in a browser, and the page that is asked for. */
export type Visitor = {
  request: HttpRequest
  device: LoadedDevice
  person: Person & { basis: Basis }
  /** Whether the browser knows other accounts, too. */
  hasOthers: boolean
  /** What they had entered before this page is shown again, or before a proof. */
  entered?: Entered | undefined
}

/** For cookies, it is a part of the account page. */
export const PLACE = Place.forSecurity({})

/** From where it comes, for the audit trail. */
export function clientOf({ device }: Visitor): { address: string; deviceId: string } {
  return { address: device.deviceMetadata.ipAddress, deviceId: device.deviceId }
}
