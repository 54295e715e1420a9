import type { SignUpTexts } from '../texts.ts'

export const en: SignUpTexts = {
  title: 'Create an account with a passkey',
  lead: 'You sign in by fingerprint, face or screen lock, and need no password.',
  handle: 'Username',
  domain: 'Ending of the username',
  inviteCode: 'Invite code',
  next: 'Next',
  withPassword: 'Use a password instead',
  makeTitle: 'Make your passkey',
  makeLead: (handle) => `Your device keeps it for @${handle}. Then your account is made.`,
  make: 'Make the passkey',
  doneTitle: 'Your account is ready',
  doneLead:
    'If you lose your passkey, set a password by email, then sign in with it and one of these codes.',
  goOn: 'Continue',
  handleTaken: 'This username is taken. Choose another one.',
  handleWrong:
    'This username cannot be used. Choose another one, of 3 to 18 letters, digits and hyphens.',
  emailTaken: 'An account has this email address already.',
  inviteWrong: 'This invite code is not valid.',
  underWay:
    'A sign-up with this username, email address or invite code is not finished. If it is yours, wait a few minutes: then you can sign in, or sign up again.',
  captchaMissing: 'Show that you are human, below the form.',
  closed: 'No new accounts can be made here at the moment.',
  notAccepted: 'This passkey was not accepted. Try again.',
  stale: 'The page was open for too long. Please try again.',
}
