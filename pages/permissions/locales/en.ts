import type { PermissionTexts } from '../texts.ts'

export const en: PermissionTexts = {
  title: 'Choose what the app may do',
  lead: (app, name) => `${app} asks for access to ${name}. Untick what it should not get.`,
  link: 'Choose what the app may do',
  identity: 'Know which account is yours',
  generic:
    'Create, change and delete everything public in your account, such as posts and likes, and act for you at any service',
  readEmail: 'Read your email address',
  manageEmail: 'Read and change your email address',
  chat: 'Read and send Bluesky messages',
  status: 'Deactivate and reactivate your account',
  repo: 'Replace all public data of your account',
  handle: 'Change your username',
  fullIdentity: 'Control your whole identity, which can take your account away from you for good',
  actions: { create: 'create', update: 'change', delete: 'delete' },
  records: (actions, what) => `Records: ${actions} (${what})`,
  anyRecords: 'of every kind',
  calls: (methods, service) => `Act for you at ${service} (${methods})`,
  anyMethod: 'everything that can be asked there',
  anyService: 'any service',
  uploads: (types) => `Upload files (${types})`,
  anyFile: 'of every kind',
  next: 'The app may not work fully without what you untick. On the next page you see what is left and decide.',
  goOn: 'Continue',
}
