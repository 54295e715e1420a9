import { describe } from 'vitest'
import { crashAnywhere } from '../../lab/fault/faults.ts'
import { killed, survive } from './survive.ts'

/**
 * The short form of `pnpm fault`: one fault of every sort. Sign-ups and handle changes that PDS or PLC
 * interrupt are in `test/sagas/`.
 */
describe('25. killed', () =>
  survive([
    killed('sign-up: account recorded, committed'),
    killed('token insert, committed'),
    killed('rotation, committed'),
    killed('revocation, committed'),
    killed('OpenID code, committed'),
    killed('OpenID rotation, committed'),
    killed('authenticator: recovery codes, within'),
    killed('authenticator: recovery codes, committed'),
    killed('passkey: made, before'),
    killed('passkey: recovery codes, committed'),
    killed('e-mail change: account, committed'),
    crashAnywhere(),
  ]))
