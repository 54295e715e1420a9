import { describe } from 'vitest'
import { diskAlmostFull, diskFull, locked, peerOutage } from '../../lab/fault/faults.ts'
import { survive } from './survive.ts'

describe('26. without', () =>
  survive([
    diskFull,
    diskAlmostFull,
    locked('directory'),
    peerOutage('pds', 'rubbish'),
    peerOutage('plc', 'refuse'),
    peerOutage('smtp', 'refuse'),
  ]))
