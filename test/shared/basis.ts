import { type Basis, existing } from '../../actors/account/basis.ts'
import type { Db } from '../../database/database.ts'

/** A sign-in to an account that is good now. */
export const basisOf = (db: Db): Basis => ({ generation: existing(db).generation })
