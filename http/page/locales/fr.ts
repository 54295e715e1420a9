import type { ErrorPageTexts } from '../error_texts.ts'

export const fr: ErrorPageTexts = {
  obstacles: {
    link: {
      title: 'Ce lien de connexion ne fonctionne pas',
      advice:
        'Rien n’est arrivé à votre compte. Retournez dans l’application et recommencez la connexion. Si vous avez ouvert un ancien lien ou utilisé le bouton « Précédent », vous n’avez rien d’autre à faire.',
    },
    ended: {
      title: 'Cette connexion est terminée',
      advice:
        'Elle a abouti, ou trop de temps s’est écoulé. Si l’application ne vous a pas connecté, retournez-y et recommencez.',
    },
    cookies: {
      title: 'Votre navigateur ne garde pas de cookies',
      advice:
        'La connexion nécessite des cookies. Autorisez-les pour ce site dans les réglages du navigateur, puis réessayez.',
    },
    scripts: {
      title: 'Votre navigateur n’exécute pas JavaScript',
      advice:
        'Cette page nécessite JavaScript. Autorisez-le pour ce site dans les réglages du navigateur, puis réessayez.',
    },
    browser: {
      title: 'Cette page ne s’ouvre pas dans votre navigateur',
      advice:
        'Le navigateur, ou un intermédiaire, omet ce qui protège ici votre compte. Mettez le navigateur à jour ou utilisez-en un autre.',
    },
    nowhere: {
      title: 'Il n’y a pas de page ici',
      advice: 'L’adresse est peut-être mal saisie, ou la page a été déplacée.',
    },
    'too many': {
      title: 'Trop de pages ont été ouvertes',
      advice: 'Elles venaient de votre réseau, en peu de temps. Patientez un peu, puis réessayez.',
    },
    attempts: {
      title: 'Trop de tentatives',
      advice:
        'Elles sont venues de votre réseau ou visaient votre compte en peu de temps. Patientez un peu, puis réessayez.',
    },
    'not whole': {
      title: 'Votre envoi n’est pas arrivé en entier',
      advice:
        'Il était trop long ou la connexion trop lente, et rien n’a été fait. Revenez en arrière et envoyez moins, ou réessayez.',
    },
    server: {
      title: 'Un problème est survenu ici',
      advice:
        'C’est notre faute. Patientez un instant, puis réessayez. Si vous aviez envoyé quelque chose, vérifiez d’abord si cela a été fait.',
    },
  },
  forMakers: 'Si cela se reproduit, signalez-le aux auteurs de l’application :',
  toAccount: 'Aller à votre compte',
  toApp: (host) => `Retourner sur ${host}`,
  again: 'Réessayer',
  giveUp: 'Retourner dans l’application',
  goOn: 'Continuer',
}
