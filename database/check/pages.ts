import type { Db } from '../database.ts'

/** The pages of a database, by the table or index that has them. */
export type Pages = { pageSize: number; of: { name: string; pages: number }[] }

export function listPages(db: Db): Pages {
  const number = (pragma: string) => db.pragma(pragma, { simple: true }) as number
  const used = db
    .prepare('SELECT name, count(*) AS pages FROM dbstat GROUP BY name ORDER BY pages DESC, name')
    .all() as { name: string; pages: number }[]
  const free = number('freelist_count')
  return {
    pageSize: number('page_size'),
    of: [...used, ...(free > 0 ? [{ name: 'free', pages: free }] : [])],
  }
}
