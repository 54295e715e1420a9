import type { SignUpTexts } from '../texts.ts'

export const ro: SignUpTexts = {
  title: 'Creează un cont cu o cheie de acces',
  lead: 'Te conectezi cu amprenta, fața sau blocarea ecranului și nu ai nevoie de parolă.',
  handle: 'Nume de utilizator',
  domain: 'Terminația numelui de utilizator',
  inviteCode: 'Cod de invitație',
  next: 'Înainte',
  withPassword: 'Folosește în schimb o parolă',
  makeTitle: 'Creează cheia de acces',
  makeLead: (handle) => `Dispozitivul tău o păstrează pentru @${handle}. Apoi se creează contul.`,
  make: 'Creează cheia de acces',
  doneTitle: 'Contul tău este gata',
  doneLead:
    'Cu unul dintre aceste coduri intri dacă ți-ai pierdut cheia de acces, după ce setezi o parolă prin e-mail.',
  goOn: 'Continuă',
  handleTaken: 'Acest nume de utilizator este ocupat. Alege altul.',
  handleWrong:
    'Acest nume de utilizator nu poate fi folosit. Alege altul, din 3 până la 18 litere, cifre și cratime.',
  emailTaken: 'Există deja un cont cu această adresă de e-mail.',
  inviteWrong: 'Acest cod de invitație nu este valabil.',
  captchaMissing: 'Arată că ești om, sub formular.',
  closed: 'Momentan nu se pot crea conturi aici.',
  notAccepted: 'Această cheie de acces nu a fost acceptată. Încearcă din nou.',
  stale: 'Pagina a fost deschisă prea mult timp. Încearcă din nou.',
}
