import type { ComAtprotoServerDescribeServer } from '@atproto/api'
import { type AddMethod, add } from '../method.ts'

const addDescribeServer: AddMethod = (server, { services: { settings } }) =>
  add<ComAtprotoServerDescribeServer.OutputSchema>(server, 'com.atproto.server.describeServer', {
    handler: async () => ({
      did: settings.did,
      availableUserDomains: settings.handleDomains,
      inviteCodeRequired: settings.inviteRequired,
      links: {},
      contact: {},
    }),
  })

export default addDescribeServer
