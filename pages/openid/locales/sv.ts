import type { OpenidTexts } from '../texts.ts'

export const sv: OpenidTexts = {
  title: (app) => `Logga in på ${app}`,
  lead: (name) => `Du är inloggad som ${name}.`,
  unvouched: (service, name) =>
    `${name ? `Den kallar sig ”${name}”. ` : ''}${service} vet inte vem som ligger bakom den.`,
  gets: (app) => `${app} får veta:`,
  identifier: 'Ditt kontos identifierare, som inte ändras',
  profile: 'Ditt namn, ditt användarnamn och din bild',
  email: 'Din e-postadress',
  offline: 'Appen förblir inloggad när du är borta',
  uses: (resource) => `Appen får använda ${resource} i ditt namn:`,
  local: (app) =>
    `${app} körs på din enhet, och ingen kan intyga att den är det den säger. Fortsätt bara om du själv just har startat den.`,
  allow: 'Tillåt',
  refuse: 'Avbryt',
  otherAccount: 'Använd ett annat konto',

  deviceTitle: 'Anslut en enhet',
  deviceLead: 'Ange koden som enheten eller programmet visar.',
  code: 'Kod',
  goOn: 'Fortsätt',
  wrongCode: 'Koden är fel, har redan använts eller har gått ut.',
  askedFrom: (app, from) => `${app} vill logga in med ditt konto. Begäran kommer från ${from}.`,
  codeShown: (code) =>
    `Fortsätt bara om din egen enhet visar ${code} och du själv har påbörjat detta. Om någon har skickat koden till dig, avbryt.`,
  deviceDone: 'Enheten är ansluten',
  deviceDoneLead: (app) => `Du kan stänga sidan och gå tillbaka till ${app}.`,
  deviceRefused: 'Enheten är inte ansluten',
  deviceRefusedLead: (app) => `${app} fick ingenting. Du kan stänga sidan.`,

  signOutTitle: 'Logga ut?',
  signOutLead: (service, app) =>
    app
      ? `${app} vill logga ut dig från ${service} i den här webbläsaren.`
      : `Du loggas ut från ${service} i den här webbläsaren.`,
  signOut: 'Logga ut',
  stay: 'Förbli inloggad',
  signedOutTitle: 'Du är utloggad',
  signedOutLead: (service) => `Du är utloggad från ${service} i den här webbläsaren.`,
  stayedTitle: 'Du är fortfarande inloggad',
  stayedLead: (service) => `Du är fortfarande inloggad på ${service} i den här webbläsaren.`,
}
