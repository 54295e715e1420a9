import type { PermissionTexts } from '../texts.ts'

export const fr: PermissionTexts = {
  title: 'Choisissez ce que l’application peut faire',
  asks: (app, name) => `${app} demande l’accès à ${name}.`,
  lead: (app, name) => `${app} demande l’accès à ${name}. Décochez ce qu’elle ne doit pas obtenir.`,
  link: 'Choisir ce que l’application peut faire',
  identity: 'Savoir quel est votre compte',
  generic:
    'Créer, modifier et supprimer tout ce qui est public dans votre compte, comme les posts et les likes, et agir en votre nom auprès de tout service',
  readEmail: 'Lire votre adresse e-mail',
  manageEmail: 'Lire et modifier votre adresse e-mail',
  chat: 'Lire et envoyer des messages Bluesky',
  status: 'Désactiver et réactiver votre compte',
  repo: 'Remplacer toutes les données publiques de votre compte',
  handle: 'Changer votre nom d’utilisateur',
  fullIdentity:
    'Contrôler toute votre identité, ce qui peut vous priver définitivement de votre compte',
  actions: { create: 'créer', update: 'modifier', delete: 'supprimer' },
  records: (actions, what) => `Enregistrements : ${actions} (${what})`,
  anyRecords: 'de tout type',
  calls: (methods, service) => `Agir en votre nom auprès de ${service} (${methods})`,
  anyMethod: 'tout ce qu’on peut y demander',
  anyService: 'tout service',
  uploads: (types) => `Envoyer des fichiers (${types})`,
  anyFile: 'de tout type',
  unticked: 'L’application peut ne pas fonctionner entièrement sans ce que vous décochez.',
  next: 'La page suivante montre ce qui reste, et vous décidez.',
  goOn: 'Continuer',
  authorize: 'Autoriser',
  deny: 'Refuser l’accès',
}
