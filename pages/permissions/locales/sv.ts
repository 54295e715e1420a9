import type { PermissionTexts } from '../texts.ts'

export const sv: PermissionTexts = {
  title: 'Välj vad appen får göra',
  lead: (app, name) => `${app} ber om åtkomst till ${name}. Avmarkera det som den inte ska få.`,
  link: 'Välj vad appen får göra',
  identity: 'Veta vilket konto du har',
  generic:
    'Skapa, ändra och ta bort allt offentligt i ditt konto, till exempel inlägg och gillanden, och agera åt dig hos vilken tjänst som helst',
  readEmail: 'Läsa din e-postadress',
  manageEmail: 'Läsa och ändra din e-postadress',
  chat: 'Läsa och skicka Bluesky-meddelanden',
  status: 'Inaktivera och återaktivera ditt konto',
  repo: 'Ersätta alla offentliga data i ditt konto',
  handle: 'Byta ditt användarnamn',
  fullIdentity: 'Styra hela din identitet, vilket kan ta kontot ifrån dig för alltid',
  actions: { create: 'skapa', update: 'ändra', delete: 'ta bort' },
  records: (actions, what) => `Poster: ${actions} (${what})`,
  anyRecords: 'av alla slag',
  calls: (methods, service) => `Agera åt dig hos ${service} (${methods})`,
  anyMethod: 'allt som kan begäras där',
  anyService: 'vilken tjänst som helst',
  uploads: (types) => `Ladda upp filer (${types})`,
  anyFile: 'av alla slag',
  next: 'Appen kanske inte fungerar helt utan det som du avmarkerar. På nästa sida ser du vad som återstår och bestämmer dig.',
  goOn: 'Fortsätt',
}
