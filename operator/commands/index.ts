import type { z } from 'zod'
import * as changes from './account_changes.ts'
import * as accounts from './accounts.ts'
import * as clients from './clients.ts'
import * as compare from './compare.ts'
import * as doctor from './doctor.ts'
import * as handOver from './hand_over.ts'
import * as imports from './imports.ts'
import * as invites from './invites.ts'
import * as limits from './limits.ts'
import { namePds } from './named_pds.ts'
import * as openid from './openid.ts'
import * as openidRegistration from './openid_registration.ts'
import * as openidResources from './openid_resource.ts'
import * as operators from './operators.ts'
import * as overview from './overview.ts'
import * as pdses from './pdses.ts'
import * as sessions from './sessions.ts'
import * as status from './status.ts'
import * as trail from './trail.ts'

/** Everything the operator's API can do, by the path below `/_operator/`. */
export const commands = {
  status: status.show,
  overview: overview.show,
  trail: trail.list,
  doctor: doctor.look,

  'operator/add': operators.add,
  'operator/list': operators.list,
  'operator/remove': operators.remove,
  'operator/link': operators.link,
  'operator/sign-out': operators.signOut,

  'account/list': accounts.list,
  'account/show': accounts.show,
  'account/create': accounts.create,
  'account/reset-password': changes.resetPassword,
  'account/set-email': changes.setEmail,
  'account/set-handle': changes.setHandle,
  'account/factors': changes.factors,
  'account/name-pds': namePds,
  'account/activate': changes.activate,
  'account/deactivate': changes.deactivate,
  'account/take-down': changes.takeDown,
  'account/delete': changes.remove,
  'account/audit': accounts.audit,
  'account/compare': compare.compare,
  'account/sessions': sessions.list,
  'account/revoke': sessions.revoke,

  'invite/create': invites.create,
  'invite/list': invites.list,
  'invite/disable': invites.disable,

  'limits/list': limits.list,
  'limits/lift': limits.lift,

  'pds/list': pdses.list,
  'pds/look': pdses.look,
  'pds/add': pdses.add,
  'pds/place': pdses.place,
  'pds/remove': pdses.remove,
  'pds/check': pdses.check,

  'client/add': clients.add,
  'client/list': clients.list,
  'client/show': clients.show,
  'client/remove': clients.remove,

  'openid/client-add': openid.add,
  'openid/client-list': openid.list,
  'openid/client-show': openid.show,
  'openid/client-rotate-secret': openid.rotateSecret,
  'openid/client-remove': openid.remove,
  'openid/rotate-keys': openid.rotateKeys,
  'openid/registration-token-add': openidRegistration.add,
  'openid/registration-token-list': openidRegistration.list,
  'openid/registration-token-remove': openidRegistration.remove,
  'openid/resource-add': openidResources.add,
  'openid/resource-list': openidResources.list,
  'openid/resource-show': openidResources.show,
  'openid/resource-remove': openidResources.remove,

  'data/hand-over': handOver.handOver,

  'import/accounts': imports.accounts,
  'import/invites': imports.invites,
}

type Commands = typeof commands

export type CommandName = keyof Commands
export type CommandInput<N extends CommandName> = z.input<Commands[N]['input']>
/** As it arrives: JSON. */
export type CommandOutput<N extends CommandName> = Awaited<ReturnType<Commands[N]['run']>>
