import type { OpenidTexts } from '../texts.ts'

export const fr: OpenidTexts = {
  title: (app) => `Se connecter à ${app}`,
  lead: (name) => `Vous êtes connecté en tant que ${name}.`,
  unvouched: (service, name) =>
    `${name ? `Elle se présente comme «\u00a0${name}\u00a0». ` : ''}${service} ne sait pas qui est derrière.`,
  gets: (app) => `${app} reçoit\u00a0:`,
  identifier: 'L’identifiant de votre compte, qui ne change pas',
  profile: 'Votre nom, votre nom d’utilisateur et votre image',
  email: 'Votre adresse e-mail',
  offline: 'L’application reste connectée en votre absence',
  uses: (resource) => `L’application peut utiliser ${resource} en votre nom\u00a0:`,
  local: (app) =>
    `${app} s’exécute sur votre appareil et personne ne peut garantir qu’il est ce qu’il prétend. Continuez seulement si vous venez de le lancer vous-même.`,
  allow: 'Autoriser',
  refuse: 'Annuler',
  otherAccount: 'Utiliser un autre compte',

  deviceTitle: 'Connecter un appareil',
  deviceLead: 'Saisissez le code affiché par l’appareil ou le programme.',
  code: 'Code',
  goOn: 'Continuer',
  wrongCode: 'Ce code est incorrect, déjà utilisé ou expiré.',
  askedFrom: (app, from) =>
    `${app} demande à se connecter avec votre compte. La demande vient de ${from}.`,
  codeShown: (code) =>
    `Continuez seulement si votre propre appareil affiche ${code} et si vous êtes à l’origine de cette demande. Si quelqu’un vous a envoyé le code, annulez.`,
  deviceDone: 'L’appareil est connecté',
  deviceDoneLead: (app) => `Vous pouvez fermer cette page et revenir à ${app}.`,
  deviceRefused: 'L’appareil n’est pas connecté',
  deviceRefusedLead: (app) => `${app} n’a rien reçu. Vous pouvez fermer cette page.`,

  signOutTitle: 'Se déconnecter\u00a0?',
  signOutLead: (service, app) =>
    app
      ? `${app} demande à vous déconnecter de ${service} dans ce navigateur.`
      : `Vous serez déconnecté de ${service} dans ce navigateur.`,
  signOut: 'Se déconnecter',
  stay: 'Rester connecté',
  signedOutTitle: 'Vous êtes déconnecté',
  signedOutLead: (service) => `Vous êtes déconnecté de ${service} dans ce navigateur.`,
  stayedTitle: 'Vous êtes toujours connecté',
  stayedLead: (service) => `Vous êtes toujours connecté à ${service} dans ce navigateur.`,
}
