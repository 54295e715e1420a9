import { AUDIT_MEMORY } from '../../base/lifetimes.ts'
import { type Db, sql } from '../database.ts'

/** What an operator did; `at` is milliseconds since the epoch. */
export type OperatorAct = {
  at: number
  operator: string
  /** Null on the command line. */
  operatorAddress: string | null
  command: string
  /** Whom or what it was done to. */
  subject: string
}

/** The newest of them, for as long as audit trails go back. */
export const MAX_OPERATOR_ACTS = 10_000
/** Characters of a subject. */
const MAX_SUBJECT = 512

export function insertOperatorAct(db: Db, { subject, ...act }: OperatorAct): void {
  sql(
    db,
    `INSERT INTO operator_act (at, operator, address, command, subject)
     VALUES (@at, @operator, @operatorAddress, @command, @subject)`,
  ).run({ ...act, subject: subject.slice(0, MAX_SUBJECT) })
  sql(
    db,
    `DELETE FROM operator_act WHERE at < @oldest OR id <=
       (SELECT id FROM operator_act ORDER BY id DESC LIMIT 1 OFFSET @most)`,
  ).run({ oldest: act.at - AUDIT_MEMORY, most: MAX_OPERATOR_ACTS })
}

/** The newest first. @param before the id of the last one that was seen; @param text in one of their words */
export function listOperatorActs(
  db: Db,
  { before, text, limit }: { before: number | null; text: string; limit: number },
): (OperatorAct & { id: number })[] {
  return sql(
    db,
    `SELECT id, at, operator, address AS operatorAddress, command, subject FROM operator_act
     WHERE (@before IS NULL OR id < @before)
       AND (@text = '' OR instr(operator, @text) OR instr(command, @text) OR instr(subject, @text))
     ORDER BY id DESC LIMIT @limit`,
  ).all({ before, text, limit }) as (OperatorAct & { id: number })[]
}
