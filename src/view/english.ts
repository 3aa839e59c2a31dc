import type { Words } from './words.ts'

/** The texts in English. */
export const english: Words = {
  titles: {
    oneMoment: 'One moment',
    notConnected: 'Not connected',
    approve: 'Approve the connection',
    logIn: 'Log in to connect',
    awaiting: 'Waiting for approval',
    timeIsUp: 'Time is up',
    connected: 'Connected',
    connectedForNow: 'Connected for now',
    interrupted: 'Connection interrupted',
    notConnectedYet: 'Not connected yet',
    unreadable: 'The connection cannot be read',
    disconnected: 'Disconnected',
    ended: 'The connection has ended',
    failed: 'That did not work',
    stopped: 'Stopped',
  },
  instructions: {
    typeCode: (address) =>
      address === undefined
        ? 'Type this code at the provider, and allow access.'
        : `Open ${address} on any phone or computer, type this code, and allow access.`,
    logIn: 'Open the login page, log in, and allow access. Your browser then brings you back here.',
    approve: 'Somebody has to log in at the provider and allow access.',
    connect: 'To connect, you need your login at the provider.',
  },
  links: {
    openPage: (host) => `Open ${host}`,
    openLogin: 'Open the login page',
    scan: 'Scan to open the page, then type the code',
    scanWithCode: 'Scan to open the page with the code filled in',
  },
  working: {
    requestingCode: { title: 'Connecting', why: 'The provider is being asked for a code.' },
    preparing: { title: 'Connecting', why: 'The login page is being prepared.' },
    requestingToken: { title: 'Connecting', why: 'The provider is being asked for access.' },
    adopting: { title: 'Connecting', why: 'The provider is being asked to renew an earlier connection.' },
    exchangingCode: { title: 'Connecting', why: 'The provider is being asked to confirm the login.' },
    refreshing: { title: 'Connected', why: 'The connection is being renewed.' },
    revoking: { title: 'Disconnecting', why: 'The provider is being asked to end the connection.' },
    forgetting: { title: 'One moment', why: 'What was stored here is being erased.' },
  },
  waiting: {
    recalling: 'The connection is being looked up.',
    polling: 'The provider is being asked whether access was allowed.',
    nextPoll: 'Nobody has allowed access yet. The provider is asked again shortly.',
    slowDown: (seconds) =>
      `The provider wants to be asked less often${seconds === undefined ? '' : `: no more often than every ${seconds} seconds from now on`}.`,
    redirect: 'The browser is expected back from the login page.',
    timeIsUp: 'The last answer of the provider is awaited.',
    again: 'Trying again automatically.',
    renewal: 'The connection is renewed automatically before it ends.',
    end: 'The connection cannot be renewed. When it ends, somebody must connect again.',
    noEnd: 'The provider has not said when the connection ends.',
    atRest: 'Nothing happens until somebody connects.',
    untilAsked: 'It connects automatically when it is needed.',
    stopped: 'The program has stopped this connection.',
  },
  buttons: {
    connect: 'Connect',
    connectAgain: 'Connect again',
    newCode: 'Get a new code',
    tryAgain: 'Try again',
    cancel: 'Cancel',
    tryNow: 'Try again now',
    renew: 'Renew now',
    lookAgain: 'Look again',
    disconnect: 'Disconnect',
    forget: 'Forget, without telling the provider',
  },
  place: (name, provider) => `${name} at ${provider}`,
  failures: {
    authorization_required: {
      text: 'This device is not connected.',
      remedy: 'Connect it.',
    },
    authorization_denied: {
      text: 'Access was refused.',
      remedy: 'Try again, and allow access.',
    },
    authorization_failed: {
      text: 'The login could not be finished.',
      remedy: 'Try again.',
    },
    grant_expired: {
      text: 'Nobody allowed access in time.',
      remedy: 'Try again when you are ready.',
    },
    session_expired: {
      text: 'The provider has ended the connection.',
      remedy: 'Connect again.',
    },
    outcome_unknown: {
      text: 'An answer of the provider was lost, and the connection with it.',
      remedy: 'Connect again.',
    },
    cancelled: {
      text: 'The login was given up.',
      remedy: 'Connect whenever you like.',
    },
    stopped: {
      text: 'The program has stopped this connection.',
      remedy: 'It goes on when the program starts again.',
    },
    state_mismatch: {
      text: 'A login came back that does not belong to this one.',
      remedy: 'Go on in the browser where you began.',
    },
    rate_limited: {
      text: 'The provider wants a pause.',
      remedy: 'You need not do anything.',
    },
    server_unavailable: {
      text: 'The provider is in trouble.',
      remedy: 'You need not do anything.',
    },
    network: {
      text: 'The provider cannot be reached.',
      remedy: 'If this lasts, check the internet connection of this device.',
    },
    timeout: {
      text: 'The provider did not answer.',
      remedy: 'If this lasts, check the internet connection of this device.',
    },
    budget_exhausted: {
      text: 'The provider was asked too often.',
      remedy: 'You need not do anything.',
    },
    invalid_response: {
      text: 'Something other than the provider has answered.',
      remedy: 'If this network has a login page, open that first. Otherwise ask whoever looks after this device.',
    },
    unexpected_redirect: {
      text: 'Something other than the provider has pointed elsewhere.',
      remedy: 'If this network has a login page, open that first. Otherwise ask whoever looks after this device.',
    },
    vault_unavailable: {
      text: 'The storage of this device is in trouble.',
      remedy: 'Ask whoever looks after this device.',
    },
    vault_mismatch: {
      text: 'The storage of this device is damaged, or holds another connection.',
      remedy: 'Ask whoever looks after this device.',
    },
    server_rejected: {
      text: 'The provider does not accept this software.',
      remedy: 'Ask whoever made this software.',
    },
    app_login_required: {
      text: 'You are logged out of this app.',
      remedy: 'Log in to it again.',
    },
    app_not_allowed: {
      text: 'This app does not let you use this connection.',
      remedy: 'Ask whoever looks after this app.',
    },
    not_supported: {
      text: 'That cannot be done here.',
      remedy: 'Ask whoever made this software.',
    },
    insecure_endpoint: {
      text: 'This software would connect without protection.',
      remedy: 'Ask whoever made this software.',
    },
    invalid_configuration: {
      text: 'This software is set up wrongly.',
      remedy: 'Ask whoever made this software.',
    },
  },
  otherFailure: {
    text: 'Something did not work.',
    remedy: 'If this lasts, ask whoever looks after this device.',
  },
  goOn: 'You can go on: this login stays good.',
  tryLater: 'Try again in a few minutes.',
  lastToken: 'When it ends, connect again.',
  stillListed: {
    text: 'The provider may still list this device.',
    remedy: 'End the connection in your account at the provider as well.',
  },
}
