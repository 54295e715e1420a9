import { method } from '../method.ts'

export default method('com.atproto.server.describeServer', {
  handler: async (_call, { services: { settings, handles } }) => ({
    did: settings.did,
    availableUserDomains: [...handles.domains],
    inviteCodeRequired: settings.inviteRequired,
    links: {
      privacyPolicy: settings.branding.links.privacyPolicy,
      termsOfService: settings.branding.links.termsOfService,
    },
    contact: { email: settings.branding.contactEmail },
  }),
})
