import S3rver from 's3rver'
import type { S3Place } from '../../../base/settings/backup_setting.ts'
import { makeTemporaryFolder } from '../temporary_folder.ts'

/** An S3-compatible store on loopback with one empty bucket. */
export type S3 = { place: S3Place; env: Record<string, string>; close(): Promise<void> }

export async function startS3(): Promise<S3> {
  const folder = await makeTemporaryFolder('s3')
  const bucket = 'backups'
  const server = new S3rver({
    ...{ address: '127.0.0.1', port: 0, silent: true, directory: folder.path },
    configureBuckets: [{ name: bucket, configs: [] }],
  })
  const { port } = await server.run()
  const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }
  const endpoint = `http://127.0.0.1:${port}`
  const place = { bucket, prefix: 'localhost/', endpoint, region: 'us-east-1', ...keys }
  return {
    place,
    env: {
      ENTRYWAY_BACKUP_S3_BUCKET: bucket,
      ENTRYWAY_BACKUP_S3_ENDPOINT: place.endpoint,
      ENTRYWAY_BACKUP_S3_ACCESS_KEY_ID: keys.accessKeyId,
      ENTRYWAY_BACKUP_S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
    },
    close: async () => {
      await server.close()
      await folder.remove()
    },
  }
}
