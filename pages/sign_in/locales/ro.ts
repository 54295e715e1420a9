import type { SignInTexts } from '../texts.ts'

export const ro: SignInTexts = {
  title: 'Conectare',
  choose: 'Alegeți un cont',
  passwordNeeded: 'Este nevoie de parolă',
  anotherAccount: 'Alt cont',
  enterPassword: 'Introduceți parola pentru a continua.',
  username: 'Nume de utilizator sau e-mail',
  password: 'Parolă',
  forgotten: 'Ați uitat parola?',
  trust: 'Introduceți parola doar pe site-uri în care aveți încredere.',
  remember: 'Reține acest cont pe acest dispozitiv',
  signIn: 'Conectați-vă',
  withPasskey: 'Conectați-vă cu o cheie de acces',
  signUp: 'Creați un cont nou',
  signUpWithPasskey: 'Creați un cont cu o cheie de acces',
  back: 'Înapoi',
  cancel: 'Anulare',
  goesTo: (host) => `Continuați către ${host}.`,
  goOn: 'Continuare',
  codeTitle: 'Introduceți codul',
  passkeyTitle: 'Folosiți cheia de acces',
  codes: {
    passkey: {
      use: 'Folosiți o cheie de acces',
      label: 'Folosiți cheia de acces',
      lead: () => 'Confirmați că sunteți dvs. cu o cheie de acces a acestui cont.',
    },
    totp: {
      use: 'Folosiți aplicația de autentificare',
      label: 'Codul din aplicație',
      lead: () =>
        'Deschideți aplicația de autentificare și introduceți cele 6 cifre afișate pentru acest cont.',
    },
    mail: {
      use: 'Primiți un cod prin e-mail',
      label: 'Codul din e-mail',
      lead: (hint) => `Am trimis un cod la ${hint}. Introduceți-l aici.`,
    },
    recovery: {
      use: 'Folosiți un cod de recuperare',
      label: 'Cod de recuperare',
      lead: () =>
        'Introduceți unul dintre codurile de recuperare pe care le-ați păstrat. Fiecare funcționează o singură dată.',
    },
  },
  code: 'Codul din e-mail',
  confirm: 'Confirmare',
  trustDevice: (days) => `Nu mai întreba pe acest dispozitiv timp de ${days} de zile`,
  sendAgain: 'Primiți alt cod',
  sentAgain: 'Un alt cod este pe drum. Cel dinainte nu mai este valabil.',
  resetTitle: 'Resetați parola',
  resetLead: 'Introduceți adresa de e-mail a contului și vă trimitem un cod.',
  email: 'Adresă de e-mail',
  sendCode: 'Trimite codul',
  haveCode: 'Am deja un cod',
  newPasswordTitle: 'Alegeți o parolă nouă',
  newPasswordLead: 'Introduceți codul din e-mail. E-mailul vine doar dacă un cont are adresa.',
  newPassword: 'Parolă nouă',
  length: (least, most) => `Între ${least} și ${most} de caractere.`,
  save: 'Salvați parola',
  saved: 'Parola a fost schimbată. Conectați-vă cu cea nouă.',
  deleted: 'Contul dvs. a fost șters.',
  passkeysStay:
    'Cheile de acces permit în continuare conectarea la contul dvs. Eliminați-le pe cele pe care nu le cunoașteți:',
  toPasskeys: 'Conectați-vă și vedeți cheile de acces',
  wrongPassword:
    'Numele de utilizator sau parola este greșită. La un cont fără parolă vă conectați cu cheia lui de acces.',
  noPasskey: 'Nu a fost folosită nicio cheie de acces. Încercați din nou sau alegeți altă cale.',
  passkeyNeedsScript: 'Pentru a folosi o cheie de acces este nevoie de JavaScript.',
  wrongCode: {
    passkey: 'Cheia de acces nu a fost acceptată. Încercați din nou sau alegeți altă cale.',
    totp: 'Codul este greșit sau a fost deja folosit. Așteptați-l pe următorul.',
    recovery: 'Codul este greșit sau a fost deja folosit.',
  },
  captcha:
    'Mai multe conectări au eșuat. Confirmați mai jos că sunteți om și introduceți parola din nou.',
  captchaScript:
    'Mai multe conectări au eșuat, așa că mai întâi trebuie să confirmați că sunteți om. Pentru aceasta este nevoie de JavaScript: activați-l pentru această pagină sau încercați mai târziu.',
  takenDown: 'Acest cont a fost suspendat. Nu vă puteți conecta la el.',
  stale: 'Pagina a fost deschisă prea mult timp. Conectați-vă din nou.',
  noEmail: 'Aceasta nu este o adresă de e-mail.',
}
