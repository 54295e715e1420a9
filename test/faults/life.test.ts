import { describe } from 'vitest'
import { peerOutage } from '../../lab/fault/faults.ts'
import { killed, survive } from './survive.ts'

/** The same of accounts that are deactivated, taken down and deleted, that move here, and get a new password. */
describe('25. killed while accounts come and go', () =>
  survive([
    killed('deactivation: decided, committed'),
    killed('deactivation: PDS, answered'),
    killed('takedown: account, committed'),
    killed('takedown: PDS, answered'),
    killed('password reset, committed'),
    killed('deletion: decided, committed'),
    killed('deletion: PDS, answered'),
    killed('move to here: PDS creates the account, answered'),
    killed('move to here: PDS deactivates it, asked'),
    peerOutage('pds', 'hang'),
  ]))
