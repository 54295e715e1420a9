import type { OpenidTexts } from '../texts.ts'

export const fr: OpenidTexts = {
  title: (app) => `Se connecter à ${app}`,
  lead: (name) => `Vous êtes connecté en tant que ${name}.`,
  gets: (app) => `${app} reçoit\u00a0:`,
  identifier: 'L’identifiant de votre compte, qui ne change pas',
  profile: 'Votre nom, votre pseudo et votre image',
  email: 'Votre adresse e-mail',
  offline: 'L’application reste connectée en votre absence',
  uses: (resource) => `L’application peut utiliser ${resource} en votre nom\u00a0:`,
  goesTo: (host) => `Vous continuez vers ${host}.`,
  allow: 'Autoriser',
  refuse: 'Annuler',
  otherAccount: 'Utiliser un autre compte',

  signOutTitle: 'Se déconnecter\u00a0?',
  signOutLead: (service, app) =>
    app
      ? `${app} demande à vous déconnecter de ${service} dans ce navigateur.`
      : `Vous serez déconnecté de ${service} dans ce navigateur.`,
  signOut: 'Se déconnecter',
  stay: 'Rester connecté',
  signedOutTitle: 'Vous êtes déconnecté',
  signedOutLead: (service) => `Vous êtes déconnecté de ${service} dans ce navigateur.`,
}
