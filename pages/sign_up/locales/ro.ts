import type { SignUpTexts } from '../texts.ts'

export const ro: SignUpTexts = {
  title: 'Creați un cont cu o cheie de acces',
  lead: 'Vă conectați cu amprenta, fața sau blocarea ecranului și nu aveți nevoie de parolă.',
  handle: 'Nume de utilizator',
  domain: 'Terminația numelui de utilizator',
  inviteCode: 'Cod de invitație',
  next: 'Înainte',
  withPassword: 'Folosiți în schimb o parolă',
  makeTitle: 'Creați cheia de acces',
  makeLead: (handle) => `Dispozitivul o păstrează pentru @${handle}. Apoi se creează contul.`,
  make: 'Creați cheia de acces',
  doneTitle: 'Contul dvs. este gata',
  doneLead:
    'Dacă pierdeți cheia de acces, setați o parolă prin e-mail, apoi conectați-vă cu ea și cu unul dintre aceste coduri.',
  goOn: 'Continuare',
  handleTaken: 'Acest nume de utilizator este ocupat. Alegeți altul.',
  handleWrong:
    'Acest nume de utilizator nu poate fi folosit. Alegeți altul, din 3 până la 18 litere, cifre și cratime.',
  emailTaken: 'Există deja un cont cu această adresă de e-mail.',
  inviteWrong: 'Acest cod de invitație nu este valabil.',
  underWay:
    'O înregistrare cu acest nume de utilizator, această adresă de e-mail sau acest cod de invitație nu este încheiată. Dacă este a dvs., așteptați câteva minute: apoi vă puteți conecta sau înregistra din nou.',
  captchaMissing: 'Arătați că sunteți om, sub formular.',
  closed: 'Momentan nu se pot crea conturi aici.',
  notAccepted: 'Această cheie de acces nu a fost acceptată. Încercați din nou.',
  stale: 'Pagina a fost deschisă prea mult timp. Încercați din nou.',
}
