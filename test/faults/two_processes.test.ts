import { describe } from 'vitest'
import { crashAnywhere } from '../../fault/faults.ts'
import { survive } from './survive.ts'

describe('25. killed, as two processes', () =>
  survive([crashAnywhere('gateway'), crashAnywhere('runner')], { split: true }))
