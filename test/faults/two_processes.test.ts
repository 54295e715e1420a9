import { describe } from 'vitest'
import { crashAnywhere, diskFullAfterStart } from '../../lab/fault/faults.ts'
import { survive } from './survive.ts'

describe('25, 26. as two processes', () =>
  survive([crashAnywhere('gateway'), crashAnywhere('runner'), diskFullAfterStart], { split: true }))
