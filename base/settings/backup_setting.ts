import { resolve } from 'node:path'
import type { z } from 'zod'
import { leadsInside } from '../files/inside.ts'
import {
  bucketName,
  countUpTo,
  folder,
  originOf,
  region,
  storeKeyId,
  storeSecret,
} from './setting_kinds.ts'

export const BACKUP_KEEP = countUpTo(1_000)

export const backupEnvironment = {
  ENTRYWAY_BACKUP_DIR: folder.optional(),
  ENTRYWAY_BACKUP_KEEP: BACKUP_KEEP.default(14),
  ENTRYWAY_BACKUP_S3_BUCKET: bucketName.optional(),
  ENTRYWAY_BACKUP_S3_ENDPOINT: originOf('https://s3.example.com').optional(),
  ENTRYWAY_BACKUP_S3_REGION: region.default('us-east-1'),
  ENTRYWAY_BACKUP_S3_ACCESS_KEY_ID: storeKeyId.optional(),
  ENTRYWAY_BACKUP_S3_SECRET_ACCESS_KEY: storeSecret.optional(),
}

type BackupEnvironment = z.output<z.ZodObject<typeof backupEnvironment>>

/** A bucket of an S3-compatible store, and what opens it. */
export type S3Place = {
  bucket: string
  /** Below which everything is kept there: the host, so that several installations may share a bucket. */
  prefix: string
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
}

/** The folder of daily backups, absolute, if they are wanted, how many good ones are kept, and where copies go. */
export type BackupSetting = { dir: string | null; keep: number; s3: S3Place | null }

/** @param host of this program, which tells its backups from those of others in a bucket */
export function toBackupSetting(e: BackupEnvironment, host: string): BackupSetting {
  return {
    dir: e.ENTRYWAY_BACKUP_DIR === undefined ? null : resolve(e.ENTRYWAY_BACKUP_DIR),
    keep: e.ENTRYWAY_BACKUP_KEEP,
    s3: toS3Place(e, host),
  }
}

const S3_SETTINGS = [
  'ENTRYWAY_BACKUP_DIR',
  'ENTRYWAY_BACKUP_S3_BUCKET',
  'ENTRYWAY_BACKUP_S3_ENDPOINT',
  'ENTRYWAY_BACKUP_S3_ACCESS_KEY_ID',
  'ENTRYWAY_BACKUP_S3_SECRET_ACCESS_KEY',
] as const

function toS3Place(e: BackupEnvironment, host: string): S3Place | null {
  const [, bucket, endpoint, accessKeyId, secretAccessKey] = S3_SETTINGS.map((name) => e[name])
  if (!bucket || !endpoint || !accessKeyId || !secretAccessKey) return null
  const region = e.ENTRYWAY_BACKUP_S3_REGION
  return { bucket, prefix: `${host}/`, endpoint, region, accessKeyId, secretAccessKey }
}

/** What is wrong with these settings, one line each. */
export function mistakesInBackups(e: BackupEnvironment, dataDir: string): string[] {
  const [, ...ofS3] = S3_SETTINGS
  const missing = S3_SETTINGS.filter((name) => !e[name])
  if (missing.length > 0 && ofS3.some((name) => e[name])) {
    return [`${missing[0]}: is needed where backups go to S3: set ${S3_SETTINGS.join(', ')}`]
  }
  const { ENTRYWAY_BACKUP_DIR: dir } = e
  return dir === undefined || !leadsInside(dataDir, dir)
    ? []
    : ['ENTRYWAY_BACKUP_DIR: must not be in ENTRYWAY_DATA_DIR, such as /var/backups/vestibule']
}
