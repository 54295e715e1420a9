import { describe } from 'vitest'
import { inside } from '../../lab/fault/plan.ts'
import { survive } from './survive.ts'

describe('25. the PDS inside, the program, and both are killed', () =>
  survive([...inside], { embedded: true }))
