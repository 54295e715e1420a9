import type { AuditEvent } from '../../base/watching/events.ts'
import type { FactorKind } from '../../factors/kinds.ts'

/** What the security page says, in plain text. */
export type SecurityTexts = {
  readonly title: string
  readonly signedIn: string
  /** Below it: what the list is. */
  readonly signedInLead: string
  readonly nothing: string
  readonly browser: string
  readonly thisBrowser: string
  readonly withPassword: string
  withAppPassword(name: string): string
  /** Of the links to what is signed in besides, by when it was used. */
  readonly newer: string
  readonly older: string
  /** Before a time. */
  readonly since: string
  readonly lastUsed: string
  /** Above what an app was given. */
  readonly may: string
  readonly unknownPlace: string
  readonly signOut: string
  readonly signOutOthers: string
  /** What it does, below the button. */
  readonly signOutOthersLead: string
  readonly activity: string
  /** @param days how far it goes back */
  activityLead(days: number): string
  readonly more: string
  readonly downloads: string
  readonly downloadSessions: string
  readonly downloadActivity: string
  readonly otherAccounts: string
  readonly accountPage: string

  readonly sessionEnded: string
  readonly othersEnded: string
  readonly stale: string

  readonly ways: string
  /** What a second factor does. */
  readonly waysLead: string
  readonly factorNames: Readonly<Record<FactorKind, string>>
  /** How a factor stands. */
  readonly on: string
  readonly off: string
  readonly change: string
  /** Of buttons: what is done with a factor. */
  readonly setUp: string
  readonly remove: string
  readonly switchOn: string
  readonly switchOff: string
  readonly renew: string
  codesLeft(left: number): string
  /** Before recovery codes, and below them. */
  readonly newCodes: string
  readonly newCodesLead: string
  /** Of the link that saves the new codes. */
  readonly saveCodes: string
  /** What comes of a change, above its button. */
  readonly setUpLead: string
  readonly removeLead: string
  readonly switchOnLead: string
  readonly switchOffLead: string
  readonly passkeysLead: string
  readonly newPasskeyName: string
  readonly addPasskey: string
  readonly rename: string
  /** Where a passkey was cancelled, or cannot be made in this browser. */
  readonly noNewPasskey: string
  /** The authenticator that was chosen has one of this account. */
  readonly passkeyThere: string
  readonly notAdded: string
  readonly needsScript: string
  /** How the password stands. */
  readonly noPassword: string
  readonly takeOff: string
  readonly takeOffLead: string
  /** Why it cannot be taken off, and why a passkey cannot be removed. */
  readonly noPasskeyYet: string
  readonly lastPasskey: string
  readonly renewLead: string
  readonly qrCode: string
  /** Before the key of an authenticator, and above its QR code. */
  readonly secret: string
  readonly openApp: string
  readonly scan: string
  readonly trustedDevices: string
  readonly trustedDevicesLead: string
  readonly trustRevoked: string
  /** Before a time. */
  readonly until: string
  readonly factorsChanged: string
  /** Where no code can be mailed. */
  readonly notConfirmed: string
  /** In the place of a code. */
  readonly usePassword: string

  readonly appPasswords: string
  readonly appPasswordsLead: string
  readonly neverUsed: string
  readonly make: string
  readonly makeLead: string
  readonly name: string
  /** What one that is privileged may do besides. */
  readonly privileged: string
  readonly revoke: string
  /** Before the new one. */
  made(name: string): string
  readonly madeOnce: string
  /** Of a button, and what it says then. */
  readonly copy: string
  readonly copied: string
  readonly proof: string
  readonly proofLead: string
  readonly notMade: string
  readonly revoked: string
  readonly wrongPassword: string

  readonly mails: string
  readonly mailsLead: string
  /** Of which mails. */
  readonly newDevices: string
  readonly turnedOn: string
  readonly turnedOff: string
  readonly turnOn: string
  readonly turnOff: string
  readonly settingSaved: string

  readonly invites: string
  /** @param most in a month */
  invitesLead(most: number): string
  /** @param left in this month */
  invitesLeft(left: number): string
  readonly makeInvite: string
  readonly inviteMade: string
  /** Of a link to the sign-up with the code. */
  readonly inviteLink: string
  /** @param names of who came by it */
  inviteUsedBy(names: string): string
  /** Of a code that nobody can use. */
  readonly inviteOff: string
  readonly disableInvite: string
  readonly inviteDisabled: string
  /** Where none was made. */
  readonly noInvite: string

  /** The switch, and what it means. */
  readonly onlyAppPasswords: string
  readonly passwordRefused: string
  readonly passwordTaken: string

  /** What happened, by the name of the event in the audit trail. */
  readonly events: Readonly<Record<AuditEvent, string>>
}
