import type { SignUpTexts } from '../texts.ts'

export const sv: SignUpTexts = {
  title: 'Skapa ett konto med en passnyckel',
  lead: 'Du loggar in med fingeravtryck, ansikte eller skärmlås och behöver inget lösenord.',
  handle: 'Användarnamn',
  domain: 'Användarnamnets slut',
  inviteCode: 'Inbjudningskod',
  next: 'Nästa',
  withPassword: 'Använd ett lösenord i stället',
  makeTitle: 'Skapa din passnyckel',
  makeLead: (handle) => `Din enhet sparar den för @${handle}. Sedan skapas ditt konto.`,
  make: 'Skapa passnyckeln',
  doneTitle: 'Ditt konto är klart',
  doneLead:
    'Om du förlorar din passnyckel ställer du in ett lösenord via e-post och loggar sedan in med det och en av dessa koder.',
  goOn: 'Fortsätt',
  handleTaken: 'Användarnamnet är upptaget. Välj ett annat.',
  handleWrong:
    'Användarnamnet kan inte användas. Välj ett annat, med 3 till 18 bokstäver, siffror och bindestreck.',
  emailTaken: 'Ett konto har redan den här e-postadressen.',
  inviteWrong: 'Inbjudningskoden är inte giltig.',
  underWay:
    'En registrering med det här användarnamnet, den här e-postadressen eller inbjudningskoden är inte klar. Om den är din, vänta några minuter: sedan kan du logga in eller registrera dig igen.',
  captchaMissing: 'Visa att du är en människa, under formuläret.',
  closed: 'Just nu kan inga nya konton skapas här.',
  notAccepted: 'Passnyckeln godtogs inte. Försök igen.',
  stale: 'Sidan var öppen för länge. Försök igen.',
}
