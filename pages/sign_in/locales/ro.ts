import type { SignInTexts } from '../texts.ts'

export const ro: SignInTexts = {
  title: 'Conectare',
  choose: 'Alege un cont',
  passwordNeeded: 'Este nevoie de parolă',
  anotherAccount: 'Alt cont',
  enterPassword: 'Introdu parola pentru a continua.',
  username: 'Nume de utilizator sau e-mail',
  password: 'Parolă',
  forgotten: 'Ai uitat parola?',
  trust: 'Introdu parola doar pe site-uri în care ai încredere.',
  remember: 'Reține acest cont pe acest dispozitiv',
  signIn: 'Conectează-te',
  withPasskey: 'Conectează-te cu o cheie de acces',
  signUp: 'Creează un cont nou',
  signUpWithPasskey: 'Creează un cont cu o cheie de acces',
  back: 'Înapoi',
  cancel: 'Anulează',
  codeTitle: 'Introdu codul',
  passkeyTitle: 'Folosește cheia de acces',
  codes: {
    passkey: {
      use: 'Folosește o cheie de acces',
      label: 'Folosește cheia de acces',
      lead: () => 'Confirmă că ești tu cu o cheie de acces a acestui cont.',
    },
    totp: {
      use: 'Folosește aplicația de autentificare',
      label: 'Codul din aplicație',
      lead: () =>
        'Deschide aplicația de autentificare și introdu cele 6 cifre afișate pentru acest cont.',
    },
    mail: {
      use: 'Trimite un cod prin e-mail',
      label: 'Codul din e-mail',
      lead: (hint) => `Am trimis un cod la ${hint}. Introdu-l aici.`,
    },
    recovery: {
      use: 'Folosește un cod de recuperare',
      label: 'Cod de recuperare',
      lead: () =>
        'Introdu unul dintre codurile de recuperare pe care le-ai păstrat. Fiecare funcționează o singură dată.',
    },
  },
  code: 'Codul din e-mail',
  confirm: 'Confirmă',
  trustDevice: (days) => `Nu mai întreba pe acest dispozitiv timp de ${days} de zile`,
  sendAgain: 'Trimite alt cod',
  sentAgain: 'Un alt cod este pe drum. Cel dinainte nu mai este valabil.',
  resetTitle: 'Resetează parola',
  resetLead: 'Introdu adresa de e-mail a contului și îți trimitem un cod.',
  email: 'Adresă de e-mail',
  sendCode: 'Trimite codul',
  haveCode: 'Am deja un cod',
  newPasswordTitle: 'Alege o parolă nouă',
  newPasswordLead: 'Introdu codul din e-mail. Acesta vine doar dacă un cont are adresa.',
  newPassword: 'Parolă nouă',
  length: (least, most) => `Între ${least} și ${most} de caractere.`,
  save: 'Salvează parola',
  saved: 'Parola a fost schimbată. Conectează-te cu cea nouă.',
  passkeysStay:
    'Cheile de acces permit în continuare conectarea la contul tău. Elimină-le pe cele pe care nu le cunoști:',
  toPasskeys: 'Conectează-te și vezi cheile de acces',
  wrongPassword:
    'Nume de utilizator sau parolă greșite. La un cont fără parolă te conectezi cu cheia lui de acces.',
  noPasskey: 'Nu a fost folosită nicio cheie de acces. Încearcă din nou sau alege altă cale.',
  wrongCode: {
    passkey: 'Cheia de acces nu a fost acceptată. Încearcă din nou sau alege altă cale.',
    totp: 'Codul este greșit sau a fost deja folosit. Așteaptă-l pe următorul.',
    recovery: 'Codul este greșit sau a fost deja folosit.',
  },
  captcha: 'Mai multe conectări au eșuat. Confirmă mai jos că ești om și introdu parola din nou.',
  captchaScript:
    'Mai multe conectări au eșuat, așa că mai întâi trebuie să confirmi că ești om. Pentru aceasta este nevoie de JavaScript: activează-l pentru această pagină sau încearcă mai târziu.',
  takenDown: 'Acest cont a fost suspendat. Nu te poți conecta la el.',
  stale: 'Pagina a fost deschisă prea mult timp. Conectează-te din nou.',
  noEmail: 'Aceasta nu este o adresă de e-mail.',
}
