import { method } from '../method.ts'

export default method('com.atproto.server.describeServer', {
  handler: async (_call, { services: { settings, handles, embeddedPds } }) => ({
    did: settings.did,
    availableUserDomains: [...handles.domains],
    inviteCodeRequired: settings.inviteRequired,
    // That of a PDS elsewhere is for the PDS to say.
    ...(embeddedPds.blobUploadLimit !== undefined && {
      blobUploadLimit: embeddedPds.blobUploadLimit,
    }),
    links: {
      privacyPolicy: settings.branding.links.privacyPolicy,
      termsOfService: settings.branding.links.termsOfService,
    },
    contact: { email: settings.branding.contactEmail },
  }),
})
