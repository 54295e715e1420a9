import { describe } from 'vitest'
import { killed, survive } from './survive.ts'

/** The same of accounts that are deactivated, taken down and deleted, that move here, and get a new password. */
describe('25. killed while accounts come and go', () =>
  survive([
    killed('deactivation: PDS, answered'),
    killed('takedown: account, committed'),
    killed('password reset, committed'),
    killed('deletion: decided, committed'),
    killed('move to here: PDS creates the account, answered'),
  ]))
