import type { Words } from '../../src/view/index.ts'

const neuVersuchen = 'Versuchen Sie es noch einmal.'
const neuVerbinden = 'Verbinden Sie das Gerät neu.'
const nichtsTun = 'Sie müssen nichts tun.'
const leitungPrüfen = 'Wenn es länger dauert, prüfen Sie die Internetverbindung dieses Geräts.'
const netzPrüfen =
  'Wenn dieses Netz eine eigene Anmeldeseite hat, öffnen Sie diese zuerst. Sonst fragen Sie, wer dieses Gerät betreut.'
const betreuerFragen = 'Fragen Sie, wer dieses Gerät betreut.'
const herstellerFragen = 'Fragen Sie den Hersteller dieser Software.'

/** A translation, as an application would write one: complete, or it would not compile. */
export const german: Words = {
  titles: {
    oneMoment: 'Einen Moment',
    notConnected: 'Nicht verbunden',
    approve: 'Verbindung erlauben',
    logIn: 'Zum Verbinden anmelden',
    awaiting: 'Warten auf die Erlaubnis',
    timeIsUp: 'Die Zeit ist um',
    connected: 'Verbunden',
    connectedForNow: 'Vorerst verbunden',
    interrupted: 'Verbindung unterbrochen',
    notConnectedYet: 'Noch nicht verbunden',
    unreadable: 'Die Verbindung ist nicht lesbar',
    disconnected: 'Getrennt',
    ended: 'Die Verbindung ist beendet',
    failed: 'Das hat nicht geklappt',
    stopped: 'Angehalten',
  },
  instructions: {
    typeCode: (address) =>
      address === undefined
        ? 'Geben Sie diesen Code beim Anbieter ein, und erlauben Sie den Zugriff.'
        : `Öffnen Sie ${address} auf einem Handy oder Computer, geben Sie diesen Code ein, und erlauben Sie den Zugriff.`,
    logIn: 'Öffnen Sie die Anmeldeseite, melden Sie sich an, und erlauben Sie den Zugriff. Danach geht es hier weiter.',
    approve: 'Jemand muss sich beim Anbieter anmelden und den Zugriff erlauben.',
    connect: 'Zum Verbinden brauchen Sie Ihre Anmeldung beim Anbieter.',
  },
  links: {
    openPage: (host) => `${host} öffnen`,
    openLogin: 'Anmeldeseite öffnen',
    scan: 'Scannen öffnet die Seite, dann den Code eingeben',
    scanWithCode: 'Scannen öffnet die Seite mit dem Code',
  },
  working: {
    requestingCode: { title: 'Verbinden', why: 'Der Anbieter wird um einen Code gebeten.' },
    preparing: { title: 'Verbinden', why: 'Der Link zur Anmeldeseite entsteht.' },
    requestingToken: { title: 'Verbinden', why: 'Der Anbieter wird um Zugriff gebeten.' },
    adopting: { title: 'Verbinden', why: 'Der Anbieter wird gebeten, eine frühere Verbindung zu erneuern.' },
    exchangingCode: { title: 'Verbinden', why: 'Der Anbieter wird gebeten, die Anmeldung zu bestätigen.' },
    refreshing: { title: 'Verbunden', why: 'Die Verbindung wird erneuert.' },
    revoking: { title: 'Trennen', why: 'Dem Anbieter wird gesagt, dass die Verbindung enden soll.' },
    forgetting: { title: 'Einen Moment', why: 'Was hier gespeichert war, wird gelöscht.' },
  },
  waiting: {
    recalling: 'Es wird nachgesehen, wie es um die Verbindung steht.',
    polling: 'Der Anbieter wird gefragt, ob der Zugriff erlaubt wurde.',
    nextPoll: 'Noch hat niemand den Zugriff erlaubt. Der Anbieter wird bald wieder gefragt.',
    slowDown: (seconds) => {
      if (seconds === undefined) return 'Der Anbieter möchte seltener gefragt werden.'
      return `Der Anbieter möchte seltener gefragt werden: von nun an alle ${seconds} Sekunden.`
    },
    redirect: 'Der Browser soll von der Anmeldeseite zurückkommen.',
    timeIsUp: 'Die letzte Antwort des Anbieters steht noch aus.',
    again: 'Es wird automatisch wieder versucht.',
    renewal: 'Die Verbindung wird automatisch erneuert, bevor sie endet.',
    end: 'Die Verbindung kann nicht erneuert werden. Wenn sie endet, muss jemand das Gerät neu verbinden.',
    noEnd: 'Der Anbieter hat nicht gesagt, wann die Verbindung endet.',
    atRest: 'Es geschieht nichts, bis jemand das Gerät verbindet.',
    untilAsked: 'Die Verbindung entsteht automatisch, sobald sie gebraucht wird.',
    stopped: 'Das Programm hat diese Verbindung angehalten.',
  },
  buttons: {
    connect: 'Verbinden',
    connectAgain: 'Neu verbinden',
    newCode: 'Neuen Code holen',
    tryAgain: 'Noch einmal versuchen',
    cancel: 'Abbrechen',
    tryNow: 'Jetzt noch einmal versuchen',
    renew: 'Jetzt erneuern',
    lookAgain: 'Noch einmal nachsehen',
    disconnect: 'Trennen',
    forget: 'Vergessen, ohne es dem Anbieter zu sagen',
  },
  place: (name, provider) => `${name} bei ${provider}`,
  failures: {
    authorization_required: { text: 'Dieses Gerät ist nicht verbunden.', remedy: 'Verbinden Sie es.' },
    authorization_denied: {
      text: 'Der Zugriff wurde verweigert.',
      remedy: 'Versuchen Sie es noch einmal, und erlauben Sie den Zugriff.',
    },
    authorization_failed: { text: 'Die Anmeldung kam nicht zu Ende.', remedy: neuVersuchen },
    grant_expired: { text: 'Niemand hat den Zugriff rechtzeitig erlaubt.', remedy: neuVersuchen },
    session_expired: { text: 'Der Anbieter hat die Verbindung beendet.', remedy: neuVerbinden },
    outcome_unknown: {
      text: 'Eine Antwort des Anbieters ging verloren, und mit ihr die Verbindung.',
      remedy: neuVerbinden,
    },
    cancelled: { text: 'Die Anmeldung wurde aufgegeben.', remedy: 'Verbinden Sie das Gerät, wann Sie möchten.' },
    stopped: {
      text: 'Das Programm hat diese Verbindung angehalten.',
      remedy: 'Sie geht weiter, wenn das Programm wieder startet.',
    },
    state_mismatch: {
      text: 'Eine Anmeldung kam zurück, die nicht zu dieser gehört.',
      remedy: 'Machen Sie in dem Browser weiter, in dem Sie begonnen haben.',
    },
    rate_limited: { text: 'Der Anbieter bittet um eine Pause.', remedy: nichtsTun },
    server_unavailable: { text: 'Der Anbieter hat Schwierigkeiten.', remedy: nichtsTun },
    network: { text: 'Der Anbieter ist nicht erreichbar.', remedy: leitungPrüfen },
    timeout: { text: 'Der Anbieter hat nicht geantwortet.', remedy: leitungPrüfen },
    budget_exhausted: { text: 'Der Anbieter wurde zu oft gefragt.', remedy: nichtsTun },
    invalid_response: { text: 'Etwas anderes als der Anbieter hat geantwortet.', remedy: netzPrüfen },
    unexpected_redirect: { text: 'Etwas anderes als der Anbieter hat woandershin verwiesen.', remedy: netzPrüfen },
    vault_unavailable: { text: 'Der Speicher dieses Geräts hat Schwierigkeiten.', remedy: betreuerFragen },
    vault_mismatch: {
      text: 'Der Speicher dieses Geräts ist beschädigt oder enthält eine andere Verbindung.',
      remedy: betreuerFragen,
    },
    server_rejected: { text: 'Der Anbieter nimmt diese Software nicht an.', remedy: herstellerFragen },
    app_login_required: { text: 'Sie sind bei dieser App abgemeldet.', remedy: 'Melden Sie sich dort wieder an.' },
    app_not_allowed: {
      text: 'Diese App erlaubt Ihnen diese Verbindung nicht.',
      remedy: 'Fragen Sie, wer diese App betreut.',
    },
    not_supported: { text: 'Das geht hier nicht.', remedy: herstellerFragen },
    insecure_endpoint: { text: 'Diese Software würde sich ungeschützt verbinden.', remedy: herstellerFragen },
    invalid_configuration: { text: 'Diese Software ist falsch eingerichtet.', remedy: herstellerFragen },
  },
  otherFailure: {
    text: 'Etwas hat nicht geklappt.',
    remedy: 'Wenn es länger dauert, fragen Sie, wer dieses Gerät betreut.',
  },
  goOn: 'Sie können weitermachen: Diese Anmeldung bleibt gültig.',
  tryLater: 'Versuchen Sie es in ein paar Minuten noch einmal.',
  stillListed: {
    text: 'Beim Anbieter kann dieses Gerät noch aufgeführt sein.',
    remedy: 'Beenden Sie die Verbindung auch dort in Ihrem Konto.',
  },
  lastToken: 'Bis zu ihrem Ende geht sie noch. Verbinden Sie das Gerät dann neu.',
}
