import type { HomeTexts } from '../texts.ts'

export const sv: HomeTexts = {
  title: 'Logga in på ditt konto',
  about: (service) =>
    `${service} har konton för appar i AT Protocol, till exempel Bluesky. En app skickar dig hit när du ska logga in, så den ser aldrig ditt lösenord. Här kan du också se vilka appar som har åtkomst till ditt konto, och återkalla deras åtkomst.`,
  account: 'Gå till ditt konto',
  signUp: 'Skapa ett konto',
  aboutHandle: (service) =>
    `Det här är namnet på ett konto hos ${service}. Sök efter namnet i en app för att se vad det har publicerat.`,
  signInAt: (host) => `Är det ditt? Logga in på ${host}`,
  nobody: 'Ingen har det här namnet',
  aboutNobody: (handle, service) =>
    `Det finns inget aktivt konto som heter @${handle} hos ${service}. Det kanske har ett annat namn nu.`,
  toService: (service) => `Gå till ${service}`,
  home: 'Hem',
  termsOfService: 'Användarvillkor',
  privacyPolicy: 'Integritetspolicy',
  support: 'Hjälp',
}
