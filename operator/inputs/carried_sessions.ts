import { z } from 'zod'
import type { CarriedSessions } from '../../database/account/carried.ts'

const time = z.int()

/** What an account's people and apps hold at a PDS that is adopted. */
export const carriedSessions: z.ZodType<CarriedSessions> = z.strictObject({
  oauth: z.array(
    z.strictObject({
      id: z.string(),
      tokenId: z.string(),
      createdAt: time,
      updatedAt: time,
      expiresAt: time,
      clientId: z.string(),
      clientAuth: z.string(),
      deviceId: z.string().nullable(),
      parameters: z.string(),
      scope: z.string().nullable(),
      code: z.string().nullable(),
      refreshToken: z.string(),
    }),
  ),
  legacy: z.array(
    z.strictObject({
      id: z.string(),
      jti: z.string(),
      nextJti: z.string().nullable(),
      expiresAt: time,
      appPasswordName: z.string().nullable(),
    }),
  ),
  devices: z.array(z.strictObject({ deviceId: z.string(), updatedAt: time })),
  consents: z.array(z.strictObject({ clientId: z.string(), data: z.string(), updatedAt: time })),
})
