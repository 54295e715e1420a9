import type { OpenidTexts } from '../texts.ts'

export const sv: OpenidTexts = {
  title: (app) => `Logga in på ${app}`,
  lead: (name) => `Du är inloggad som ${name}.`,
  gets: (app) => `${app} får veta:`,
  identifier: 'Ditt kontos identifierare, som inte ändras',
  profile: 'Ditt namn, ditt användarnamn och din bild',
  email: 'Din e-postadress',
  offline: 'Appen förblir inloggad när du är borta',
  uses: (resource) => `Appen får använda ${resource} i ditt namn:`,
  goesTo: (host) => `Du går vidare till ${host}.`,
  allow: 'Tillåt',
  refuse: 'Avbryt',
  otherAccount: 'Använd ett annat konto',

  signOutTitle: 'Logga ut?',
  signOutLead: (service, app) =>
    app
      ? `${app} vill logga ut dig från ${service} i den här webbläsaren.`
      : `Du loggas ut från ${service} i den här webbläsaren.`,
  signOut: 'Logga ut',
  stay: 'Förbli inloggad',
  signedOutTitle: 'Du är utloggad',
  signedOutLead: (service) => `Du är utloggad från ${service} i den här webbläsaren.`,
}
